import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {describeSystem} from '../../../installer/describe-system.ts';
import {GiB} from '../../../installer/disk/size.ts';
import {planMounted} from '../../../installer/mounted/mounted-plan.ts';
import {formatMountedPlan} from '../../../installer/mounted/mounted-plan-text.ts';
import {imageDigest, systemRequest} from '../new-system.ts';
import {espVolume, rootTarget, rootUuid} from './targets.ts';

const test = suite('a plan for mounted file systems');

const described = describeSystem(systemRequest(import.meta.filename));
const names = {foreign: ['etc', 'usr'], own: [], leftover: [], isUnfinished: false};
const base = {
	root: rootTarget({names}),
	boot: {esp: espVolume(), xbootldr: undefined},
	room: {needed: GiB, free: 8 * GiB, isEnoughForUpdates: true},
	removes: [],
	image: described.image,
	bootstrap: [],
	deployment: described.deployment,
	bootFiles: ['EFI/systemd/systemd-bootx64.efi', 'loader/entries/slipway-1.conf'],
	othersFiles: [],
	takeover: undefined,
};

test('boots from the file system that is there', () => {
	const {root, boot, deployment, verity, warnings} = planMounted(base);
	assert.equal(root, {
		path: '/target',
		device: '/dev/vda2',
		fileSystem: 'ext4',
		uuid: rootUuid,
		needed: GiB,
		free: 8 * GiB,
		removes: [],
		leaves: ['etc', 'usr'],
	});
	assert.equal(boot, {esp: '/dev/vda1', entries: '/dev/vda1', files: base.bootFiles});
	assert.is(
		deployment.commandLine,
		`root=UUID=${rootUuid} rw composefs=${imageDigest} slipway=${deployment.id} quiet console=ttyS0`,
	);
	assert.equal([verity, warnings], [{kind: 'enforced'}, []]);
});

test('says when nothing enforces fs-verity, and has it so on the command line', () => {
	const withoutVerity = 'the file system was made without fs-verity';
	const plan = planMounted({...base, root: rootTarget({withoutVerity})});
	assert.equal(plan.verity, {kind: 'not-enforced', reason: withoutVerity});
	assert.match(plan.deployment.commandLine, ` composefs=?${imageDigest} `);
	assert.equal(
		plan.warnings.map(({code}) => code),
		['verity-not-enforced'],
	);
});

const takeover = {
	title: 'Debian GNU/Linux 13 (trixie)',
	starts: 'by EFI/debian/shimx64.efi',
	carries: [
		{kind: 'hostname', isChosen: true, taken: ['kestrel'], left: []},
		{
			kind: 'network',
			isChosen: true,
			taken: ['eth0'],
			left: ['br0: bridge_ports has no counterpart'],
		},
		{kind: 'users', isChosen: false, taken: ['me (1000)'], left: ['me gets the usual shell']},
		{kind: 'mounts', isChosen: true, taken: [], left: []},
	],
	firmware: 'starts EFI/systemd/systemd-bootx64.efi first, then what it started before',
} as const;

test('warns of what stays behind, but for what nobody wants', () => {
	const room = {...base.room, isEnoughForUpdates: false};
	const {warnings} = planMounted({...base, room, takeover});
	assert.equal(
		warnings.map(({code, message}) => [code, message]),
		[
			[
				'no-room-for-updates',
				'an update that changes everything would find no room beside this image',
			],
			['left-behind', 'not taken along: br0: bridge_ports has no counterpart'],
		],
	);
});

test('warns where the firmware or its menu starts others, unless it is told', () => {
	const warned = (othersFiles: readonly string[], more = {}) =>
		planMounted({...base, othersFiles, ...more}).warnings.map(({code}) => code);
	const fallback = 'EFI/BOOT/BOOTX64.EFI';
	assert.equal(warned([fallback]), ['firmware-choice']);
	assert.equal(warned(['loader/loader.conf', fallback]), ['foreign-boot-menu', 'firmware-choice']);
	assert.equal(warned([fallback], {takeover: {...takeover, carries: []}}), []);
});

test('is text for people', () => {
	const text = formatMountedPlan(planMounted({...base, takeover}));
	assert.is(
		text.slice(0, text.indexOf('Image:')),
		`Root:         /target: ext4 ${rootUuid} on /dev/vda2
Room:         1.0 GiB needed, 8.0 GiB free
Removes:      nothing
Leaves:       etc, usr
Boots from:   /dev/vda1
Writes there: EFI/systemd/systemd-bootx64.efi
              loader/entries/slipway-1.conf
Keeps:        Debian GNU/Linux 13 (trixie), which the boot menu starts by EFI/debian/shimx64.efi
Firmware:     starts EFI/systemd/systemd-bootx64.efi first, then what it started before
Takes along:  hostname      kestrel
              network       eth0; 1 not, see below
              users         no, as was asked: me (1000)
              mounts        nothing there
`,
	);
	const wiped = formatMountedPlan(planMounted({...base, removes: ['etc', 'usr']}));
	assert.match(wiped, 'Removes:      EVERYTHING in it: etc, usr\nBoots from');
});

test.run();
