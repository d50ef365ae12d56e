import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {recordBootState} from '../../../engine/boot/boot-state.ts';
import {readStatus, requiresVerity} from '../../../engine/deployment/read-status.ts';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {describeStatus} from '../../../engine/deployment/status.ts';
import {parseMountinfo} from '../../../engine/system/mount-points.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite<{root: string}>('read status');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'machine-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

function write(root: string, files: Record<string, string>): void {
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(root, file)), {recursive: true});
		writeFileSync(path.join(root, file), text);
	}
}

const commandLine = `root=UUID=1 rw composefs=${'3f'.repeat(32)} slipway=3f2a9c1b4d5e.1 quiet\n`;
// As Linux 6.12 shows it: initramfs, the overlay over it, and what lies within.
const mountinfo = `1 1 0:2 / / rw - rootfs none rw
30 1 0:28 / / ro,relatime shared:1 - overlay slipway ro,lowerdir+=/run/slipway/image,datadir+=/sysroot/composefs/objects,redirect_dir=on,metacopy=on,verity=require
31 30 8:2 / /sysroot ro,relatime shared:2 - ext4 /dev/vda2 rw
32 30 0:29 / /etc rw,relatime shared:3 - overlay slipway-etc rw,lowerdir=/etc,upperdir=/u,workdir=/w
`;
const entries = [sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)];

async function makeMachine(root: string): Promise<void> {
	write(root, {'proc/cmdline': commandLine, 'proc/self/mountinfo': mountinfo});
	for (const serial of [0, 1, 2])
		await writeOrigin(path.join(root, 'sysroot'), sampleDeployment(serial));
	await recordBootState(
		{list: async () => ({entries, foreign: [], damaged: []})},
		path.join(root, 'run/slipway/boot.json'),
	);
}

test('reads a machine of ours', async ({root}) => {
	await makeMachine(root);
	const expected = describeStatus(sampleMachine(entries, 1), {
		verityEnforced: true,
		notDeployed: undefined,
	});
	assert.equal(await readStatus(root), expected);
	assert.equal(JSON.parse(JSON.stringify(expected)), expected, 'it is JSON as it is');
});

test('reads a machine whose boot partition root has not looked at', async ({root}) => {
	await makeMachine(root);
	rmSync(path.join(root, 'run'), {recursive: true});
	const {status, warnings} = await readStatus(root);
	assert.is(status.booted?.deployment.id, '3f2a9c1b4d5e.1');
	assert.is(status.otherDeployments.length, 2);
	assert.equal(
		warnings.map(({code}) => code),
		['boot-state-unknown'],
	);
});

const elsewhere: readonly (readonly [string, Record<string, string>, string])[] = [
	['an empty system', {}, 'another system'],
	['a machine that others installed', {'proc/cmdline': 'root=/dev/sda1 ro\n'}, 'another system'],
	[
		'a container of podman',
		{'run/.containerenv': '', 'proc/cmdline': 'root=/dev/sda1\n'},
		'a container',
	],
	['a container of docker', {'.dockerenv': ''}, 'a container'],
	[
		'a container on a machine of ours',
		{'run/.containerenv': '', 'proc/cmdline': commandLine},
		'a container',
	],
	[
		'a machine of ours without its state',
		{'proc/cmdline': commandLine},
		'a system started as deployment 3f2a9c1b4d5e.1, of which /sysroot has nothing',
	],
];
for (const [name, files, notDeployed] of elsewhere)
	test(`says what ${name} is`, async ({root}) => {
		write(root, {'proc/self/mountinfo': mountinfo, ...files});
		const {status, spec} = await readStatus(root);
		assert.equal(
			[status.booted, status.type, status.notDeployed, spec.image],
			[null, null, notDeployed, null],
		);
	});

const mounts: readonly (readonly [string, string, boolean])[] = [
	['the root demands it', mountinfo, true],
	['the root does not', mountinfo.replace(',verity=require', ''), false],
	['it is only asked for', mountinfo.replace('verity=require', 'verity=on'), false],
	[
		'another mount demands it',
		'1 1 0:2 / / rw - ext4 /dev/vda1 rw\n2 1 0:3 / /x rw - overlay o ro,verity=require\n',
		false,
	],
	['something else is mounted on top', `${mountinfo}40 30 8:1 / / rw - ext4 /dev/vda1 rw\n`, false],
	['nothing is mounted', '', false],
];
for (const [name, text, expected] of mounts)
	test(`tells whether fs-verity is enforced when ${name}`, () =>
		assert.is(requiresVerity(parseMountinfo(text)), expected));

test.run();
