import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readRunningId} from '../../../engine/deployment/running-id.ts';
import {writeFile} from './made-machine.ts';

const test = suite<{root: string}>('ID of what runs');
test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'running-id-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const commandLine = `root=UUID=1 rw composefs=${'3f'.repeat(32)} slipway=3f2a9c1b4d5e.1 quiet\n`;
const mount = (source: string, type = 'overlay', place = '/') =>
	`30 1 0:28 / ${place} ro,relatime shared:1 - ${type} ${source} ro\n`;

const cases: readonly (readonly [string, Record<string, string>, string | undefined])[] = [
	['the root mount, after a soft reboot', {mountinfo: mount('slipway-3f2a9c1b4d5e.2')}, '.2'],
	['the command line, where an older initramfs mounted', {mountinfo: mount('slipway')}, '.1'],
	['the command line, in a container', {mountinfo: mount('overlay')}, '.1'],
	['the command line, where nothing is mounted', {}, '.1'],
	['no other mount', {mountinfo: mount('slipway-3f2a9c1b4d5e.2', 'overlay', '/x')}, '.1'],
	['no file system of another type', {mountinfo: mount('slipway-3f2a9c1b4d5e.2', 'ext4')}, '.1'],
	['no name that is none', {mountinfo: mount('slipway-../x')}, '.1'],
	[
		'what lies on top',
		{mountinfo: `${mount('slipway-3f2a9c1b4d5e.2')}${mount('slipway-3f2a9c1b4d5e.3')}`},
		'.3',
	],
	['nothing on another system', {cmdline: 'root=/dev/sda1 ro\n'}, undefined],
];
for (const [name, {mountinfo = '', cmdline = commandLine}, id] of cases)
	test(`goes by ${name}`, async ({root}) => {
		writeFile(path.join(root, 'proc/self/mountinfo'), mountinfo);
		writeFile(path.join(root, 'proc/cmdline'), cmdline);
		assert.is(await readRunningId(root), id === undefined ? id : `3f2a9c1b4d5e${id}`);
	});

test.run();
