import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootcToml} from '../../installer/config/sample-configs.ts';
import {slipway} from './run-program.ts';

const test = suite('config');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-config-'));
test.after(() => rmSync(folder, {recursive: true}));

function file(name: string, text: string): string {
	const place = path.join(folder, name);
	writeFileSync(place, text);
	return place;
}

const wrong = file('wrong.toml', 'version = 1\nunatended = true\n[storage]\nlayout = "disc"\n');
const site = file('site.toml', 'version = 1\nsystem.hostname = "a"\nuser = [{name = "b"}]\n');
const later = file(
	'later.toml',
	'version = 1\nboot.timeout = 5\nstorage.mirror = ["/dev/sda", "/dev/sdb"]\nstorage.swap = "8 GiB"\n',
);
const bootc = file('bootc.toml', bootcToml);

test('check lists mistakes, for people and for programs', () => {
	assert.equal(slipway(['config', 'check', wrong]), {
		status: 2,
		stdout: `${wrong}:2:1: unatended is unknown, expected a key that is known; did you mean unattended?
${wrong}:4:10: storage.layout is "disc", expected "disk", "free-space", "partition"; did you mean disk?
${wrong}: 2 mistakes, no warnings
`,
		stderr: '',
	});
	const {status, stdout} = slipway(['config', 'check', '--json', wrong]);
	const {mistakes, ...rest} = JSON.parse(stdout);
	assert.equal(
		[status, rest, mistakes.length],
		[2, {version: 1, warnings: [], unsupported: []}, 2],
	);
	assert.equal(mistakes[1], {
		file: wrong,
		line: 4,
		column: 10,
		key: 'storage.layout',
		found: '"disc"',
		expected: '"disk", "free-space", "partition"',
		suggestion: 'disk',
	});
	assert.equal(slipway(['config', 'check', site]), {
		status: 0,
		stdout: `${site}: no mistakes, no warnings\n`,
		stderr: '',
	});
});

test('check and convert tell what install would refuse, or cannot write', () => {
	assert.equal(slipway(['config', 'check', later]), {
		status: 3,
		stdout: `slipway cannot install with boot.timeout yet
slipway cannot install with storage.mirror together with storage.swap yet
${later}: no mistakes, no warnings
`,
		stderr: '',
	});
	const {stdout} = slipway(['config', 'check', '--json', later]);
	assert.equal(JSON.parse(stdout).unsupported, [
		'boot.timeout',
		'storage.mirror together with storage.swap',
	]);
	const kickstart = file(
		'site.ks',
		'ostreecontainer --url=registry.example.com/myos\nfirewall --enabled\nbootloader --timeout=5\n',
	);
	const {status, stdout: written} = slipway(['config', 'convert', kickstart]);
	assert.equal(
		[status, written.split('\n').filter((line) => line.startsWith('#'))],
		[
			0,
			[
				'# slipway cannot install with boot.timeout yet.',
				'# firewall says what this file has no words for, which was left out.',
				'# image.source says what this file has no words for, which was left out.',
			],
		],
	);
});

test("convert prints slipway's own, or all mistakes", () => {
	assert.equal(slipway(['config', 'convert', bootc]), {
		status: 0,
		stdout:
			'version = 1\n\n[storage]\nfilesystem = "btrfs"\n\n[boot]\nkargs = [ "console=ttyS0" ]\n',
		stderr: '',
	});
	const {status, stderr} = slipway(['config', 'convert', wrong]);
	assert.is(status, 2);
	assert.match(stderr, `${wrong}:2:1: unatended is unknown`);
	assert.match(stderr, `; ${wrong}:4:10: storage.layout is "disc"`);
});

test('schema prints JSON', () => {
	const {status, stdout} = slipway(['config', 'schema']);
	assert.equal([status, JSON.parse(stdout).required], [0, ['version']]);
});

test('of install runs its scripts, but not for a plan, and leaves a restart to others', () => {
	const told = path.join(folder, 'told');
	const scripted = file(
		'scripted.toml',
		`version = 1
finish.action = "reboot"
[[scripts.pre]]
run = 'echo "$SLIPWAY_SCRIPT $SLIPWAY_DISK" >> ${told}; echo said'
[[scripts.on-error]]
run = 'echo "$SLIPWAY_SCRIPT $SLIPWAY_RESULT" >> ${told}'
`,
	);
	const words = ['install', '--config', scripted, '/no/such/disk'];
	const plan = slipway([...words, '--dry-run']);
	assert.is(plan.status, 3);
	assert.match(plan.stderr, 'scripts that come before everything were not run');
	assert.not.ok(existsSync(told));
	const {status, stderr} = slipway(words);
	assert.is(status, 3);
	assert.match(stderr, '\n  said\n');
	assert.match(stderr, 'finish.action is left out: reboot');
	assert.is(readFileSync(told, 'utf8'), 'pre /no/such/disk\non-error unchanged\n');
});

test('of install that was found is for live systems', () => {
	const install = (...words: readonly string[]) => slipway(['install', '--found-config', ...words]);
	assert.match(install('/dev/sda').stderr, '--found-config is given, and /dev/sda too');
	assert.equal(install(), {
		status: 2,
		stdout: '',
		stderr:
			'slipway: --found-config is for a live system\n  hint: Name the configuration: install --config FILE.\n',
	});
});

test('of install is pointed out when it has secrets that everybody can read', () => {
	const hash = `$6$saltsalt$${'a'.repeat(86)}`;
	const secret = file('secret.toml', `version = 1\nroot.password-hash = "${hash}"\n`);
	const warning = `everybody on this host can read ${secret}, which holds a secret`;
	const install = () => slipway(['install', '--config', secret, '/no/such/disk']).stderr;
	chmodSync(secret, 0o644);
	assert.match(install(), warning);
	chmodSync(secret, 0o600);
	assert.not.match(install(), warning);
});

test('of install is refused as a whole, before a disk is looked at', () => {
	const install = (...words: readonly string[]) => slipway(['install', ...words, '/no/such/disk']);
	assert.equal(install('--config', later), {
		status: 3,
		stdout: '',
		stderr: `slipway: slipway cannot install with these yet: boot.timeout, storage.mirror together with storage.swap
  hint: Leave boot.timeout to the installed machine. Take zram or none for swap, or give one disk.
`,
	});
	assert.is(install('--config', wrong).status, 2);
	assert.match(
		install('--config', 'https://example.com/site.toml').stderr,
		'needs --config-sha256',
	);
	assert.match(install('--config', bootc).stderr, '/no/such/disk does not exist');
	assert.is(
		slipway(['install', '--config-sha256', 'ab', '/no/such/disk']).stderr,
		'slipway: --config-sha256 is given without --config\n  hint: Run slipway install --help.\n',
	);
});

test.run();
