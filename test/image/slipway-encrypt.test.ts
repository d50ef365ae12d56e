/**
 * How the initramfs encrypts a root in place: by the real cryptsetup, which needs no device mapper for it, on a file.
 * What a TPM2 does is made up.
 */
import {spawn, spawnSync} from 'node:child_process';
import {createDecipheriv} from 'node:crypto';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	readSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {MiB} from '../../installer/disk/size.ts';
import {luksHeaderSize} from '../../installer/encryption/encryption-plan.ts';
import {encryptionRequest, requestOffset} from '../../installer/encryption/encryption-request.ts';
import {whyNoLoopDevices} from '../host/disk.ts';

const test = suite('slipway-encrypt');
const real = spawnSync('sh', ['-c', 'command -v cryptsetup'], {encoding: 'utf8'}).stdout.trim();
const problem = whyNoLoopDevices() ?? (real === '' ? 'cryptsetup is not installed' : undefined);
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const scripts = path.resolve(import.meta.dirname, '../../image/root/usr/lib/slipway');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-encrypt-'));
test.after(() => rmSync(folder, {recursive: true}));
const place = (name: string) => path.join(folder, name);

const uuid = '0f3a5c21-1111-4222-8333-444455556666';
const rootUuid = '11111111-2222-4333-8444-555555555555';
const recoveryKey = Array(8).fill('cbdefghi').join('-');
const clearSize = 8 * MiB;
const device = place('root');
const run = place('run');
const physical = place('physical');

/** What runs instead of a program, after a cut that may come before it. */
function program(name: string, body: string): void {
	const file = place(`bin/${name}`);
	const cut = `n=$(($(cat '${place('count')}') + 1)); echo $n > '${place('count')}'
[ $n -ne "$CUT" ] || kill -9 0`;
	writeFileSync(file, `#!/bin/sh\n${cut}\n${body}\n`);
	chmodSync(file, 0o755);
}

const other = (name: string) =>
	spawnSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'}).stdout.trim();

test.before(() => {
	mkdirSync(place('bin'));
	for (const name of ['base64', 'dd', 'mv', 'sync']) program(name, `exec ${other(name)} "$@"`);
	program('udevadm', 'case $1 in wait) [ -z "$NO_TPM" ] ;; esac');
	// Without device mapper cryptsetup cannot see by itself that nobody has it open.
	program(
		'cryptsetup',
		`case "$*" in *--resume-only*--hotzone*) set -- "$@" --force-offline-reencrypt ;; esac
exec ${real} "$@"`,
	);
	// Sealed is what was written from behind.
	program(
		'systemd-creds',
		'from= to=; for word; do from=$to to=$word; done; rev < "$from" > "$to"',
	);
	program(
		'systemd-cryptenroll',
		`for last; do :; done; key=\${1#--unlock-key-file=}
case "$*" in *--recovery-key*) words='${recoveryKey}' ;; *) words=sealed ;; esac
printf %s "$words" > '${place('words')}'
${real} luksAddKey -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file "$key" "$last" '${place('words')}'
[ "$words" != sealed ] || exit 0
echo '{"type":"systemd-recovery","keyslots":[]}' | ${real} token import "$last"
echo "$words"`,
	);
	const made = spawnSync('mke2fs', [
		'-q',
		'-F',
		'-t',
		'ext4',
		'-U',
		rootUuid,
		place('clear'),
		'8M',
	]);
	assert.is(made.status, 0, String(made.stderr));
});

/** Whatever was there before, a root as a disk image has it. */
function makeRoot(): void {
	writeFileSync(device, '');
	truncateSync(device, luksHeaderSize + clearSize);
	const file = openSync(device, 'r+');
	const unlockedBy = [{kind: 'tpm2', pcrs: [7], pin: false}] as const;
	const request = encryptionRequest({uuid, cipher: 'aes-xts-plain64', unlockedBy});
	writeSync(file, request, 0, request.length, requestOffset);
	const clear = readFileSync(place('clear'));
	writeSync(file, clear, 0, clear.length, luksHeaderSize);
}

/** What a boot does of it. */
const script = `set -u
mode=encrypt run='${run}' uuid=${rootUuid}
say() { printf 'said: %s\\n' "$@"; }
fail() { printf 'failed: %s\\n' "$@"; exit 1; }
. '${scripts}/slipway-accounts'
. '${scripts}/slipway-encrypt'
encrypt_root '${device}' ${uuid}
[ ! -e "$run/recovery-key" ] || finish_encryption '${physical}' '${device}'`;

const environment = (more: Readonly<Record<string, string>>) => ({
	...process.env,
	NO_TPM: '',
	CUT: '0',
	PATH: `${place('bin')}:${process.env.PATH}`,
	...more,
});

/** Starts anew, with what is on the disk. @param shell with words that start it */
function boot(more: Readonly<Record<string, string>> = {}, shell: readonly string[] = ['sh']) {
	rmSync(run, {recursive: true, force: true});
	writeFileSync(place('count'), '0');
	const env = environment(more);
	const {status, stdout, stderr} = spawnSync('setsid', ['--wait', ...shell, '-c', script], {
		encoding: 'utf8',
		env,
	});
	return {status, said: stdout, stderr, count: Number(readFileSync(place('count'), 'utf8'))};
}

function cryptsetup(...words: readonly string[]): string {
	const {status, stdout, stderr} = spawnSync(real, words, {encoding: 'utf8'});
	if (status !== 0) throw new Error(`cryptsetup ${words.join(' ')}: ${stderr}`);
	return stdout;
}

/** All of the root as its key shows it: sectors of 4096 bytes, counted in 512. */
function decrypted(): Buffer {
	writeFileSync(place('typed'), recoveryKey);
	rmSync(place('volume-key'), {force: true});
	const key = ['--dump-volume-key', '--volume-key-file', place('volume-key')];
	cryptsetup('luksDump', '--batch-mode', ...key, '--key-file', place('typed'), device);
	const bytes = Buffer.alloc(clearSize);
	readSync(openSync(device, 'r'), bytes, 0, clearSize, luksHeaderSize);
	const sectors = Array.from({length: clearSize / 4096}, (_, index) => {
		const iv = Buffer.alloc(16);
		iv.writeBigUInt64LE(BigInt(index * 8));
		const cipher = createDecipheriv('aes-256-xts', readFileSync(place('volume-key')), iv);
		return cipher.update(bytes.subarray(index * 4096, (index + 1) * 4096));
	});
	return Buffer.concat(sectors);
}

/** Of a root that is encrypted as an installation would have made it. */
function expectEncrypted(what: string): void {
	const header = JSON.parse(cryptsetup('luksDump', '--dump-json-metadata', device));
	assert.equal(header.config.requirements ?? {}, {}, what);
	assert.equal(
		Object.values(header.segments),
		[
			{
				...{type: 'crypt', offset: String(luksHeaderSize), size: 'dynamic', iv_tweak: '0'},
				...{encryption: 'aes-xts-plain64', sector_size: 4096},
			},
		],
		what,
	);
	assert.ok(decrypted().equals(readFileSync(place('clear'))), `${what}: other bytes`);
	const request = Buffer.alloc(64 * 1024);
	readSync(openSync(device, 'r'), request, 0, request.length, requestOffset);
	assert.ok(request.equals(Buffer.alloc(request.length)), `${what}: the request is there`);
	const kept = path.join(physical, 'state/os/default/var/lib/slipway/recovery-key');
	assert.is(readFileSync(kept, 'utf8'), `${recoveryKey}\n`, what);
	assert.is(statSync(kept).mode & 0o777, 0o600);
	assert.not(existsSync(path.join(run, 'encrypt')), 'keys are gone');
	assert.not(existsSync(path.join(run, 'recovery-key')), 'the recovery key is gone');
}

const shells = [['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(
	([command = '', ...words]) => spawnSync(command, [...words, '-c', ':']).status === 0,
);
for (const shell of shells)
	check(`encrypts a root where it is, and does nothing to it again, by ${shell[0]}`, () => {
		makeRoot();
		const {status, said, stderr} = boot({}, shell);
		assert.is(status, 0, said + stderr);
		assert.match(said, 'said: encrypting the root, once');
		assert.match(said, 'said: its recovery key is in /var/lib/slipway/recovery-key');
		expectEncrypted('at once');
		const again = boot({}, shell);
		assert.equal([again.status, again.said, again.stderr], [0, '', '']);
		expectEncrypted('again');
	});

check('goes on after a cut before any of its programs', () => {
	makeRoot();
	const {count} = boot();
	let cuts = 0;
	for (let cut = 1; cut <= count; cut++) {
		makeRoot();
		rmSync(physical, {recursive: true});
		// Two programs of a pipe may take the same number, and then the next is nobody's.
		if (boot({CUT: String(cut)}).status !== 0) cuts++;
		const {status, said, stderr} = boot();
		assert.is(status, 0, `cut ${cut}: ${said}${stderr}`);
		expectEncrypted(`cut ${cut}`);
	}
	assert.ok(cuts > 0.8 * count, `${cuts} cuts before ${count} programs`);
});

check('goes on after a cut within cryptsetup, and when only its mark was left', async () => {
	for (let round = 0; round < 4; round++) {
		makeRoot();
		rmSync(run, {recursive: true, force: true});
		await cutWhileEncrypting(round % 2 === 0 ? 'Finished' : `${round * 40} ms`);
		const {status, said, stderr} = boot();
		assert.is(status, 0, said + stderr);
		expectEncrypted(`round ${round}`);
	}
});

/** Kills all of a boot: when cryptsetup says that it has written all, or a while after it began. */
async function cutWhileEncrypting(when: string): Promise<void> {
	const child = spawn('sh', ['-c', script], {detached: true, env: environment({})});
	const kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
	let said = '';
	child.stdout.on('data', (text) => {
		const isBegun = said.includes('once');
		said += text;
		if (when === 'Finished' && said.includes(when)) kill();
		else if (when !== 'Finished' && !isBegun && said.includes('once'))
			setTimeout(() => child.exitCode === null && kill(), Number.parseInt(when, 10));
	});
	await new Promise((resolve) => child.once('close', resolve));
}

check('leaves a root alone that it cannot unlock again, or that is not there in clear', () => {
	const before = () => readFileSync(device);
	makeRoot();
	const whole = before();
	const without = boot({NO_TPM: '1'});
	assert.is(without.status, 1);
	assert.match(without.said, 'failed: the root is to be encrypted, and this machine has no TPM2');
	assert.ok(before().equals(whole));
	const file = openSync(device, 'r+');
	writeSync(file, Buffer.alloc(4096), 0, 4096, luksHeaderSize);
	const damaged = before();
	const refused = boot();
	assert.is(refused.status, 1);
	assert.match(refused.said, 'failed: the root is to be encrypted, and is not there in clear');
	assert.ok(before().equals(damaged));
	copyFileSync(place('clear'), device);
	assert.equal([boot().status, boot().said], [0, ''], 'nobody asked for it');
});

test.run();
