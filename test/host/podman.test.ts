import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type PodmanHost, podmanCommandLine} from './podman.ts';

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

test('gets a cgroup tree and limits of its own where the host lacks them', () => {
	assert.equal(podmanCommandLine(mixedHost, ['run', '--rm', 'myos']), [
		'unshare',
		'--mount',
		'sh',
		'-c',
		'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"',
		'sh',
		'podman',
		'run',
		'--network=host',
		'--cgroups=disabled',
		'--ulimit=nofile=10000:10000',
		'--ulimit=nproc=4096:4096',
		'--rm',
		'myos',
	]);
});

test('builds by chroot where a runtime cannot make a container', () => {
	assert.equal(podmanCommandLine(mixedHost, ['build', '.']).slice(6), [
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

test.run();
