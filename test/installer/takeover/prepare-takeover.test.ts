import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {FirmwareVariables} from '../../../engine/boot/firmware/firmware-variables.ts';
import {formatLoadOption} from '../../../engine/boot/firmware/load-option.ts';
import {Refused} from '../../../engine/errors.ts';
import type {BootContentsBefore} from '../../../installer/mounted/boot-contents.ts';
import {carriedKinds} from '../../../installer/takeover/carry/carried.ts';
import {
	type PreparedTakeover,
	prepareTakeover,
} from '../../../installer/takeover/prepare-takeover.ts';
import type {PreviousRecord} from '../../../installer/takeover/previous-record.ts';
import {espUuid, espVolume, rootTarget} from '../mounted/targets.ts';
import {type OldFiles, OldTree} from './old-tree.ts';

const test = suite('a takeover');

const shim = 'EFI/debian/shimx64.efi';
const fallback = 'EFI/BOOT/BOOTX64.EFI';
const foreign = {machine: 0x8664, systemdBoot: undefined, isSigned: true};
const before: BootContentsBefore = {
	places: [
		{path: 'EFI/systemd/systemd-bootx64.efi', role: 'own', content: 'missing'},
		{path: fallback, role: 'fallback', content: foreign},
	],
	entries: new Map(),
	kernels: new Map(),
	previousEntry: undefined,
	unifiedKernels: [],
	settings: undefined,
	programs: [fallback, shim],
	fallbackTwins: [shim],
	espFree: 0,
	kernelsFree: 0,
};

/** With variables beside it, as the firmware would show them. */
function oldDebian(more: OldFiles = {}): OldTree {
	const old = new OldTree({
		...more,
		'usr/lib/os-release': 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n',
		'etc/hostname': 'kestrel\n',
		'etc/passwd': '',
		...(more.home === undefined && {'home/me/file': 'mine'}),
	});
	const folder = path.join(old.folder, 'efivars');
	mkdirSync(folder);
	const esp = {number: 1, start: 2048, size: 1_048_576, uuid: espUuid};
	const guid = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
	const put = (name: string, data: Buffer) =>
		writeFileSync(path.join(folder, `${name}-${guid}`), Buffer.concat([Buffer.alloc(4), data]));
	put('Boot0005', formatLoadOption('debian', shim, esp));
	put('BootCurrent', Buffer.from([5, 0]));
	put('BootOrder', Buffer.from([5, 0]));
	return old;
}

const prepare = (old: OldTree, kinds = new Set(carriedKinds)) =>
	prepareTakeover({
		root: rootTarget({realPath: old.folder}),
		boot: {esp: espVolume(), xbootldr: undefined},
		before,
		image: old.source().image,
		kinds,
		firmware: new FirmwareVariables(path.join(old.folder, 'efivars')),
		architecture: 'x64',
		isSigned: false,
		title: 'My OS 1',
	});

const recordOf = ({record}: PreparedTakeover): PreviousRecord =>
	JSON.parse(record.source?.kind === 'bytes' ? record.source.bytes.toString() : '');

test('keeps the way back, goes first, and notes whose files are whose', async () => {
	using old = oldDebian();
	const prepared = await prepare(old);
	const {planned, previousEntry, changes} = prepared;
	assert.equal([planned.title, planned.starts], ['Debian GNU/Linux 13 (trixie)', `by ${shim}`]);
	assert.is(previousEntry.path, 'loader/entries/slipway-previous.conf');
	assert.equal(
		changes.map(({name, data}) => [name, name === 'BootOrder' ? [...(data ?? [])] : undefined]),
		[
			['Boot0000', undefined],
			['BootOrder', [0, 0, 5, 0]],
		],
	);
	assert.equal(recordOf(prepared), {
		version: 1,
		title: 'Debian GNU/Linux 13 (trixie)',
		keep: ['home'],
		boot: {esp: espUuid, files: ['EFI/debian'], hasFallback: true},
	});
});

test('notes subvolumes of the old root that the old system had somewhere', async () => {
	using old = oldDebian({
		'etc/fstab': 'UUID=R /home btrfs subvol=@home\nUUID=R /var/data btrfs rw,subvol=/data/of/me\n',
	});
	const prepared = await prepare(old, new Set(['mounts']));
	assert.equal(recordOf(prepared).keep, ['@home', 'data']);
});

test('is of a system, and not of any file system', async () => {
	for (const [files, missing] of [
		[{'@/etc/os-release': '', 'etc/passwd': ''}, '/etc/os-release'],
		[{'usr/lib/os-release': ''}, '/etc/passwd'],
	] as const) {
		using old = new OldTree(files);
		const refused = await prepare(old).catch((error: unknown) => error);
		assert.instance(refused, Refused);
		assert.equal(
			[(refused as Refused).code, (refused as Refused).message],
			['no-system', `/target has no ${missing}, so it is not the root of a system`],
		);
	}
});

test('tells of what nobody wants, and leaves it', async () => {
	using old = oldDebian();
	const prepared = await prepare(old, new Set(['machine-id']));
	const {planned, states} = prepared;
	assert.equal(
		planned.carries.filter(({isChosen}) => isChosen).map(({kind}) => kind),
		['machine-id'],
	);
	assert.equal(planned.carries[0], {
		kind: 'hostname',
		isChosen: false,
		taken: ['kestrel'],
		left: [],
	});
	assert.is(states.length, 1);
	assert.equal(recordOf(prepared).keep, []);
});

test('keeps where the link of the homes leads', async () => {
	using old = oldDebian({'data/home/me/file': 'mine', home: '-> data/home'});
	assert.equal(recordOf(await prepare(old)).keep, ['data']);
});

test.run();
