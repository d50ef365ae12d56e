/** Files that an image gets as they are. */
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {commandTable} from '../../ui/cli/commands/table.ts';
import {bootPrograms} from './boot-shell.ts';

const test = suite("the image's own files");

const root = path.resolve(import.meta.dirname, '../../image/root');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Runs the entrypoint with programs that say their name. */
function runEntrypoint(...words: readonly string[]): string {
	const script = read('usr/lib/slipway/systemd')
		.replaceAll('/usr/lib/slipway/slipway', 'echo slipway')
		.replaceAll('/sbin/init', 'echo init');
	return spawnSync('sh', ['-c', script, 'systemd', ...words], {encoding: 'utf8'}).stdout;
}

/** Programs that every image has, which a container is started for. */
const otherPrograms = ['diff'];

test('send every command of slipway to it', () => {
	for (const {name} of commandTable.filter(({name}) => !otherPrograms.includes(name)))
		assert.is(runEntrypoint(...name.split(' ')), `slipway ${name}\n`);
});

test('send commands to slipway that it does not have yet', () => {
	assert.is(runEntrypoint('disk', '--format', 'iso'), 'slipway disk --format iso\n');
	assert.is(runEntrypoint('upgrade'), 'slipway upgrade\n');
});

test('boot when there is nothing to run, and run anything else', () => {
	assert.is(runEntrypoint(), 'init\n');
	assert.is(runEntrypoint('echo', 'a  b'), 'a  b\n');
});

test('bring into the initramfs what its functions are made of', () => {
	const setup = read('usr/lib/dracut/modules.d/90slipway/module-setup.sh');
	const installed = /^\tinst_multiple (.*)$/m.exec(setup)?.[1]?.split(' ') ?? [];
	assert.equal(
		bootPrograms.filter((name) => !installed.includes(name)),
		[],
	);
	const script = read('usr/lib/dracut/modules.d/90slipway/slipway-root.sh');
	for (const [, file] of script.matchAll(/^\. (\S+)$/gm)) assert.match(setup, ` ${file}\n`);
});

test('sync what the first boot made before they mark it as done', () => {
	const unit = read('usr/lib/systemd/system/slipway-first-boot.service');
	assert.equal(unit.match(/^Exec.*$/gm), [
		'ExecStart=-/usr/bin/ssh-keygen -A',
		'ExecStartPost=/usr/bin/sync -f /etc /var/lib/slipway',
		'ExecStartPost=/usr/bin/touch /var/lib/slipway/first-boot-done',
	]);
});

test.run();
