import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {systemdBoot} from '../../../engine/boot/systemd-boot.ts';
import {runSteps} from '../../../engine/deployment/run-steps.ts';
import {
	listDeployments,
	removeDeployment,
	writeOrigin,
} from '../../../engine/deployment/state-directory.ts';
import {collect, rollback, stage} from '../../../engine/deployment/transitions.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {sampleDeployment, sampleOrigin} from './samples.ts';

const test = suite<{root: string}>('state directory');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'sysroot-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const stateOf = (root: string, serial: number): string =>
	path.join(root, `state/deploy/3f2a9c1b4d5e.${serial}`);

test('has no deployments where nothing was installed', async ({root}) => {
	assert.equal(await listDeployments(root), []);
});

test('gives back what was written, with a place for local changes to /etc', async ({root}) => {
	await writeOrigin(root, sampleDeployment(0));
	await writeOrigin(root, sampleDeployment(1, {pinned: true}));
	await writeOrigin(root, sampleDeployment(0, {pinned: true}));
	assert.equal(await listDeployments(root), [
		sampleDeployment(0, {pinned: true}),
		sampleDeployment(1, {pinned: true}),
	]);
	assert.equal(readdirSync(stateOf(root, 0), {recursive: true}).sort(), [
		'etc',
		'etc/upper',
		'etc/work',
		'origin.json',
	]);
});

test('says whose /etc is to be taken over, until the first boot has done so', async ({root}) => {
	const etcFrom = '3f2a9c1b4d5e.0';
	const due = {...sampleDeployment(1, {etcFrom}), etcDueFrom: etcFrom};
	await writeOrigin(root, due);
	const file = path.join(stateOf(root, 1), 'etc/from');
	assert.is(readFileSync(file, 'utf8'), '3f2a9c1b4d5e.0\n');
	assert.equal(await listDeployments(root), [due]);
	// What the first boot does last.
	rmSync(file);
	assert.equal(await listDeployments(root), [sampleDeployment(1, {etcFrom})]);
	await writeOrigin(root, sampleDeployment(1, {etcFrom, pinned: true}));
	assert.not(existsSync(file));
});

test('knows it also of one whose origin it cannot read', async ({root}) => {
	await writeOrigin(root, {...sampleDeployment(1), etcDueFrom: '3f2a9c1b4d5e.0'});
	const file = path.join(stateOf(root, 1), 'origin.json');
	rmSync(file);
	assert.equal(await listDeployments(root), [
		{
			id: '3f2a9c1b4d5e.1',
			etcDueFrom: '3f2a9c1b4d5e.0',
			origin: undefined,
			problem: `${file} is missing`,
			unfinished: true,
		},
	]);
});

test('lets everybody read an origin, whatever the umask', async ({root}) => {
	const before = process.umask(0o077);
	try {
		await writeOrigin(root, sampleDeployment(0));
	} finally {
		process.umask(before);
	}
	const mode = (name: string) => statSync(path.join(stateOf(root, 0), name)).mode & 0o777;
	assert.is(mode('origin.json'), 0o644);
	assert.is(mode('.'), 0o755);
	assert.is(mode('..'), 0o755);
	assert.is(mode('etc/upper'), 0o755);
});

test('tells damaged and unfinished deployments from whole ones, and other names from both', async ({
	root,
}) => {
	mkdirSync(stateOf(root, 0), {recursive: true});
	mkdirSync(stateOf(root, 1));
	mkdirSync(path.join(root, 'state/deploy/lost+found'));
	const damaged = path.join(stateOf(root, 1), 'origin.json');
	writeFileSync(damaged, '{"version": 9}');
	assert.equal(await listDeployments(root), [
		{
			id: '3f2a9c1b4d5e.0',
			origin: undefined,
			problem: `${path.join(stateOf(root, 0), 'origin.json')} is missing`,
			unfinished: true,
		},
		{
			id: '3f2a9c1b4d5e.1',
			origin: undefined,
			problem: `${damaged} has version 9, this slipway knows 1`,
			unfinished: false,
		},
	]);
});

test('removes a deployment with its /etc, and one that is gone', async ({root}) => {
	await writeOrigin(root, sampleDeployment(0));
	writeFileSync(path.join(stateOf(root, 0), 'etc/upper/hostname'), 'a');
	await removeDeployment(root, '3f2a9c1b4d5e.0');
	await removeDeployment(root, '3f2a9c1b4d5e.0');
	assert.not(existsSync(stateOf(root, 0)));
});

test('does on disk what the decisions say', async ({root}) => {
	const esp = path.join(root, 'esp');
	mkdirSync(esp);
	const bootLoader = systemdBoot(mountedPartition(fakeSystem(), esp));
	const places = {physicalRoot: root, bootLoader};
	const bootedId = '3f2a9c1b4d5e.0';
	const read = async () => ({
		deployments: await listDeployments(root),
		entries: (await bootLoader.list()).entries,
		bootedId,
	});
	const kernelFile = path.join(root, 'kernel');
	writeFileSync(kernelFile, 'k');
	const file = {path: kernelFile, size: 1, sha256: '00'.repeat(32)};
	const wanted = {
		origin: sampleOrigin,
		title: 'Debian',
		kernel: {version: '6.12', linux: file, initramfs: file},
		rootUuid: '1',
		verityRequired: true,
	};
	for (const decide of [
		async () => stage(await read(), wanted),
		async () => stage(await read(), wanted),
		async () => stage(await read(), wanted),
		async () => rollback(await read(), bootedId),
		async () => collect(await read()),
	]) {
		const {steps, after} = await decide();
		await runSteps(places, steps);
		const byId = (a: {id: string}, b: {id: string}) => (a.id < b.id ? -1 : 1);
		assert.equal(await read(), {...after, deployments: after.deployments.toSorted(byId)});
	}
});

test.run();
