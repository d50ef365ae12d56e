/**
 * Machines that a configuration describes: users, keys, names and files are there at the first boot. One is installed;
 * another starts from a disk image, of which no more is known to the machine that makes it.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {podman} from '../host/podman.ts';
import {cache, imageName} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('machine by configuration');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'configured-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

const token = 'planted-7b1f';
const password = 'planted-9c2e';

/**
 * Keys and a hash as people have them; a secret beside the file, which only its owner may read.
 * @param more for the beginning of the file
 */
function writeConfig(more: string): void {
	rmSync(place('key'), {force: true});
	execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place('key')]);
	const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {input: password});
	writeFileSync(place('token'), token, {mode: 0o600});
	writeFileSync(
		place('site.toml'),
		`version = 1
${more}
[image]
target = "registry.example.com/site:1"
[boot]
kargs = ["site=1"]
[system]
hostname = "kestrel"
timezone = "Europe/Berlin"
locale = "C.UTF-8"
[[user]]
name = "ada"
uid = 1815
groups = ["sudo", "pilots"]
password-hash = "${String(hash).trim()}"
ssh-keys = ["${readFileSync(place('key.pub'), 'utf8').trim()}"]
[[group]]
name = "pilots"
gid = 4000
[[files]]
path = "/etc/site/motd"
content = "hello\\n"
mode = "0640"
group = "pilots"
[[files]]
path = "/var/lib/site/token"
content = {file = "/config/token"}
mode = "0600"
[services]
mask = ["e2scrub_reap.service"]
[updates]
mode = "stage"
`,
		{mode: 0o600},
	);
}

/** What the installation says, as a plan and when it is done. */
async function install(device: string): Promise<{plan: string; said: string}> {
	const run = async (...args: readonly string[]) => {
		const {stdout, stderr} = await podman([
			...['run', '--rm', '--privileged', '--volume', `${folder}:/config:ro`, imageName],
			...['install', '--config', '/config/site.toml', ...args, device],
		]);
		return stdout + stderr;
	};
	return {plan: await run('--dry-run'), said: await run()};
}

function expectNoSecret(...texts: readonly string[]): void {
	for (const text of texts) {
		assert.not.match(text, token);
		assert.not.match(text, '$6$');
	}
}

async function expectConfigured(machine: Machine): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('hostname'), 'kestrel');
	assert.is(await machine.ok('readlink /etc/localtime'), '../usr/share/zoneinfo/Europe/Berlin');
	assert.is(
		await machine.ok('id ada'),
		'uid=1815(ada) gid=1815(ada) groups=1815(ada),27(sudo),4000(pilots)',
	);
	assert.is(
		await machine.ok('stat -Lc "%a %U %G" /home/ada /home/ada/.ssh /home/ada/.ssh/authorized_keys'),
		'700 ada ada\n700 ada ada\n600 ada ada',
	);
	assert.is(
		await machine.ok('stat -c "%a %U %G" /etc/site/motd /var/lib/site/token /etc/shadow'),
		'640 root pilots\n600 root root\n640 root shadow',
	);
	assert.is(await machine.ok('cat /etc/site/motd /var/lib/site/token'), `hello\n${token}`);
	assert.match(await machine.ok('cat /proc/cmdline'), 'site=1');
	assert.is((await machine.run('systemctl is-enabled e2scrub_reap')).output, 'masked\n');
	assert.match(await machine.ok('slipway status'), 'registry.example.com/site:1');
	// By the key over the network of the machine itself, and by the password as su asks for it.
	await machine.ok(`umask 77; cat > /run/key <<'END'\n${readFileSync(place('key'), 'utf8')}END`);
	const ssh = 'ssh -i /run/key -o StrictHostKeyChecking=no -o BatchMode=yes ada@localhost';
	assert.match(await machine.ok(`${ssh} id -un 2>&1`), /^ada$/m);
	assert.is(
		await machine.ok(
			`grep -rl '${token}' /run /etc /var/log 2>/dev/null; journalctl -g '${token}' -q; true`,
		),
		'',
	);
}

const check = problem === undefined ? test : test.skip;
const checkBeyond = runsAll ? check : test.skip;
if (problem === undefined && !runsAll) console.log(`skipped: ${beyondQuota}`);

check('are what the file says when they start from a disk image, on a larger disk', async () => {
	writeConfig('');
	const {stdout, stderr} = await podman([
		...['run', '--rm', '--volume', `${folder}:/config`, imageName],
		...['disk', '--format', 'qcow2', '--name', 'site', '--config', '/config/site.toml', '/config'],
	]);
	expectNoSecret(stdout, stderr);
	const image = place('site.qcow2');
	execFileSync('qemu-img', ['resize', '-q', image, '8G']);
	await using machine = await Machine.start({disk: image});
	await expectConfigured(machine);
	const size = Number(await machine.ok('df --block-size=1 --output=size /sysroot | tail -n 1'));
	assert.ok(size > 6.5 * 2 ** 30, `a root of ${size} bytes`);
	assert.is(await machine.ok('ls /sysroot/state/os/default/first-boot'), '');
	rmSync(image);
});

checkBeyond('are what the file says when they are installed', async () => {
	writeConfig('disk = "only"\n[storage]\nwipe = true');
	makeDisk(place('disk.raw'));
	{
		using device = attachDisk(place('disk.raw'));
		const {plan, said} = await install(device.path);
		assert.match(plan, '/var/lib/site/token');
		expectNoSecret(plan, said);
	}
	await using machine = await Machine.start({disk: place('disk.raw')});
	await expectConfigured(machine);
});

test.run();
