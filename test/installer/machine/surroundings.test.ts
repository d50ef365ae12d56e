import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readChoices} from '../../../installer/machine/choices.ts';
import {readSurroundings} from '../../../installer/machine/surroundings.ts';

const test = suite('surroundings of the installer');

let root = '';

test.before.each(() => {
	root = mkdtempSync(path.join(tmpdir(), 'surroundings-'));
	for (const folder of ['run', 'etc']) mkdirSync(path.join(root, folder));
});

test.after.each(() => rmSync(root, {recursive: true}));

const put = (name: string, text: string): void => writeFileSync(path.join(root, name), text);

test('are a container by what podman leaves there, with its name where it tells', () => {
	put('run/.containerenv', '');
	assert.equal(
		readSurroundings(root, () => true),
		{kind: 'container', name: undefined},
	);
	put('run/.containerenv', 'engine="podman-5.4.2"\nname="eager_hopper"\nid="1f"\n');
	assert.equal(readSurroundings(root), {kind: 'container', name: 'eager_hopper'});
});

test('are a live system, or something else', () => {
	assert.equal(
		readSurroundings(root, () => true),
		{kind: 'live-system'},
	);
	assert.equal(
		readSurroundings(root, () => false),
		{kind: 'other'},
	);
});

test('give no host name to a machine that is installed from a container', async () => {
	put('etc/hostname', '0123456789ab\n');
	const system = {run: async () => ({stdout: '', stderr: '', status: 0})};
	const of = async (inContainer: boolean) =>
		(await readChoices(system, {inContainer, root})).defaults.hostname;
	assert.equal([await of(true), await of(false)], ['', '0123456789ab']);
});

test.run();
