import {execFileSync} from 'node:child_process';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {inspectPodmanHost, type PodmanHost, podmanCommandLine} from './podman.ts';

const test = suite('podman for tests');

const plainHost: PodmanHost = {
	isRoot: true,
	hasUnifiedCgroups: true,
	canRaiseLimits: true,
	limits: {openFiles: 1_048_576, processes: 96_365},
};
const mixedHost: PodmanHost = {
	isRoot: true,
	hasUnifiedCgroups: false,
	canRaiseLimits: false,
	limits: {openFiles: 10_000, processes: 96_365},
};

test('is plain podman where the host can', () => {
	assert.equal(podmanCommandLine(plainHost, ['run', '--rm', 'myos']), [
		'podman',
		'run',
		'--rm',
		'myos',
	]);
});

/** What follows the namespaces that podman is run in. */
function withoutNamespaces(commandLine: readonly string[]): readonly string[] {
	return commandLine.slice(commandLine.lastIndexOf('podman'));
}

test('gets a cgroup tree and limits of its own where the host lacks them', () => {
	const commandLine = podmanCommandLine(mixedHost, ['run', '--rm', 'myos']);
	assert.equal(withoutNamespaces(commandLine), [
		'podman',
		'run',
		'--network=host',
		'--cgroups=disabled',
		'--ulimit=nofile=10000:10000',
		'--ulimit=nproc=4096:4096',
		'--rm',
		'myos',
	]);
	const [program, namespace] = commandLine;
	assert.equal([program, namespace], ['unshare', '--mount']);
});

test('builds by chroot where a runtime cannot make a container', () => {
	assert.equal(withoutNamespaces(podmanCommandLine(mixedHost, ['build', '.'])), [
		'podman',
		'build',
		'--isolation=chroot',
		'--network=host',
		'.',
	]);
});

test('leaves the network to a caller who names one', () => {
	const commandLine = podmanCommandLine(mixedHost, ['run', '--network', 'none', 'myos']);
	assert.not(commandLine.includes('--network=host'));
});

test('mounts images where the caller sees them', () => {
	const args = ['image', 'mount', 'myos'];
	assert.equal(podmanCommandLine(mixedHost, args), ['podman', ...args]);
});

/** Runs a shell where podman would run. */
function runInPlaceOfPodman(script: string): string[] {
	const commandLine = podmanCommandLine(inspectPodmanHost(), ['run']);
	const [command = '', ...args] = commandLine.slice(0, commandLine.lastIndexOf('podman'));
	const output = execFileSync(command, [...args, 'sh', '-c', script], {encoding: 'utf8'});
	return output.trim().split('\n');
}

const needsCgroup = inspectPodmanHost().isRoot && !inspectPodmanHost().hasUnifiedCgroups;
if (!needsCgroup) console.log('skipped: podman needs no cgroup of its own on this host');
const cgroupTest = needsCgroup ? test : test.skip;

cgroupTest('sees a cgroup that nobody else is in as the root of all', () => {
	const [cgroup, ...processes] = runInPlaceOfPodman(
		'sed -n s/^0:://p /proc/self/cgroup; exec cat /sys/fs/cgroup/cgroup.procs',
	);
	assert.is(cgroup, '/');
	assert.is(processes.length, 1);
});

cgroupTest('removes the cgroups of commands that ended', () => {
	const [first] = runInPlaceOfPodman('echo $$');
	runInPlaceOfPodman('true');
	const list = 'mount -t cgroup2 none /sys/fs/cgroup && ls /sys/fs/cgroup';
	const names = execFileSync('unshare', ['--mount', 'sh', '-c', list], {encoding: 'utf8'});
	assert.not(names.split('\n').includes(`slipway-${first}`));
});

test.run();
