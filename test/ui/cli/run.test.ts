import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootArchitecture} from '../../../engine/boot/architecture.ts';
import {descriptor} from '../../installer/virtual-machine/descriptors.ts';
import {slipway} from './run-program.ts';

const test = suite('slipway run');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-run-test-'));
test.after(() => rmSync(folder, {recursive: true}));
const place = (name: string): string => path.join(folder, name);
const {kernel: architecture} = bootArchitecture();
const emulator = place(`bin/qemu-system-${architecture}`);

for (const name of ['bin', 'tmp', 'config/qemu/firmware'])
	mkdirSync(place(name), {recursive: true});
for (const name of ['code', 'variables']) writeFileSync(place(name), name);
writeFileSync(
	place('config/qemu/firmware/00-first.json'),
	descriptor({
		code: place('code'),
		variables: place('variables'),
		architecture,
		machines: ['pc-q35-*', 'virt-*'],
	}),
);
const disk = Buffer.alloc(1024);
disk.write('\x55\xaa', 510, 'latin1');
writeFileSync(place("it's a disk"), disk);

const env = {
	...process.env,
	PATH: `${place('bin')}:${process.env.PATH}`,
	TMPDIR: place('tmp'),
	XDG_CONFIG_HOME: place('config'),
};

/** A program in place of QEMU. */
function emulate(script: string): void {
	writeFileSync(emulator, `#!/bin/sh\n${script}\n`);
	chmodSync(emulator, 0o755);
}

const words = ['run', place("it's a disk"), '--accel', 'tcg', '--network', 'none'];

test('prints what it would run, as a shell takes it', () => {
	emulate('exit 1');
	const {status, stdout, stderr} = slipway(
		[...words, '--dry-run', '--add-disk', '1 GiB', '--', '-name', 'a b'],
		env,
	);
	assert.is(stderr, '');
	assert.is(status, 0);
	const [copy, make, run = '', ...more] = stdout.replaceAll(folder, '…').trimEnd().split('\n');
	assert.equal(more, []);
	assert.is(copy, 'cp …/variables …/tmp/slipway-run-XXXXXX/variables');
	assert.is(make, 'truncate -s 1073741824 …/tmp/slipway-run-XXXXXX/added0.raw');
	assert.match(run, /^…\/bin\/qemu-system-\w+ -nodefaults -machine /);
	assert.match(run, "snapshot=on,cache=unsafe,format=raw,file=…/it'\\''s a disk' -device");
	assert.match(run, / -serial mon:stdio -name 'a b'$/);
	assert.equal(readdirSync(place('tmp')), []);
});

test('says what the machine is and how to leave it, and ends as QEMU does', () => {
	emulate('echo hello from the machine; exit 9');
	assert.equal(slipway([...words, '--add-disk', '1 GiB'], env), {
		status: 9,
		stdout: [
			`${place("it's a disk")}: 1 emulated processor, 2.0 GiB, UEFI`,
			'what it writes there is forgotten at the end; --persistent keeps it',
			'an empty disk of 1.0 GiB goes with it at the end',
			'it has no network',
			'the serial console is here: Ctrl+A X pulls the plug, Ctrl+A C leads to QEMU and back',
			'hello from the machine',
			'',
		].join('\n'),
		stderr: '',
	});
	assert.equal(readdirSync(place('tmp')), []);
});

test('explains a disk that is in use, after what QEMU said', () => {
	emulate(
		'printf \'qemu: Failed to get "write" lock\\nIs another process using the image [/d]?\\n\' >&2; exit 1',
	);
	const {status, stderr} = slipway([...words, '--persistent'], env);
	assert.is(status, 1);
	assert.is(
		stderr,
		[
			'qemu: Failed to get "write" lock',
			'Is another process using the image [/d]?',
			'slipway: /d belongs to another machine that runs',
			'  hint: End that one first. Of one disk, several may run that all keep nothing.',
			'',
		].join('\n'),
	);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
	test(`ends QEMU by ${signal}, and leaves nothing`, async () => {
		emulate(`echo $$ > ${place('pid')}; echo started; exec sleep 1000`);
		const main = path.join(import.meta.dirname, '../../../ui/cli/main.ts');
		const child = spawn(process.execPath, [main, ...words], {
			env,
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		let said = '';
		for await (const chunk of child.stdout) {
			said += chunk;
			if (said.includes('started')) break;
		}
		const ended = once(child, 'exit');
		child.kill(signal);
		const [status] = await ended;
		assert.is(status, {SIGTERM: 143, SIGINT: 130, SIGHUP: 143}[signal]);
		const pid = Number(readFileSync(place('pid'), 'utf8'));
		assert.throws(() => process.kill(pid, 0), /ESRCH/);
		assert.equal(readdirSync(place('tmp')), []);
	});

test('names what it cannot boot', () => {
	const {status, stderr} = slipway(['run', place('missing.qcow2')], env);
	assert.is(status, 2);
	assert.is(
		stderr,
		`slipway: there is no file ${place('missing.qcow2')}\n  hint: Give a disk image that is there, or the name of a container image.\n`,
	);
	const extra = slipway(['run', place("it's a disk"), 'more'], env);
	assert.is(extra.status, 2);
	assert.match(extra.stderr, 'run does not know what to do with more');
});

test.run();
