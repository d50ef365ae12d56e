import {chmodSync, linkSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {diffMachineEtc, type MachineEtcDiff} from '../../../engine/deployment/diff-machine.ts';
import type {EtcDifference} from '../../../engine/deployment/etc-diff.ts';
import {Refused} from '../../../engine/errors.ts';
import {unsyncedSystem, writeTree} from '../store/fixture.ts';
import {addImage, boot, deploy} from './deployed-machine.ts';
import {fresh, sampleEntry} from './samples.ts';

const test = suite<{root: string}>('diff of a machine');

const id = (serial: number): string => `3f2a9c1b4d5e.${serial}`;
const large = (letter: string): string => letter.repeat(5000);

test.before.each(async (context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'diff-'));
	chmodSync(context.root, 0o755);
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** The first image with a local /etc, the second one taking it over, booted or not yet. */
async function makeMachine(root: string, booted: 0 | 1): Promise<void> {
	const files = {'etc/hosts': 'h', 'etc/large': large('a'), 'etc/same': large('s'), 'usr/x': ''};
	const first = await addImage(root, {...files, 'etc/tuned': large('o')});
	const second = await addImage(root, {...files, 'etc/tuned': large('n')});
	await deploy(root, 0, first);
	await deploy(root, 1, second, {etcFrom: id(0), ...(booted === 0 && {etcDueFrom: id(0)})});
	writeTree(path.join(root, `sysroot/state/deploy/${id(booted)}/etc/upper`), {
		hosts: 'local',
		large: large('b'),
		same: large('s'),
		tuned: large('l'),
		new: 'n',
	});
	await boot(root, booted, [sampleEntry(1, booted === 0 ? fresh : undefined), sampleEntry(0)]);
}

type Row = readonly [string, EtcDifference, boolean];

function rows({changes}: MachineEtcDiff): Row[] {
	return changes.map(({path, difference, hidesNewDefault}) => [path, difference, hidesNewDefault]);
}

test('shows what was changed on the running one', async ({root}) => {
	await makeMachine(root, 0);
	const {changes, ...rest} = await diffMachineEtc(unsyncedSystem, 'booted', root);
	assert.equal(rest, {deployment: id(0), etcFrom: null, newDefaultsKnown: true});
	assert.equal(rows({changes, ...rest}), [
		['/etc/hosts', 'changed', false],
		['/etc/large', 'changed', false],
		['/etc/new', 'added', false],
		['/etc/tuned', 'changed', false],
	]);
});

const taken: readonly Row[] = [
	['/etc/hosts', 'changed', false],
	['/etc/large', 'changed', false],
	['/etc/new', 'added', false],
	['/etc/tuned', 'changed', true],
];

test('shows what will be hidden of the staged one, and then is', async ({root}) => {
	await makeMachine(root, 0);
	const {changes, ...staged} = await diffMachineEtc(unsyncedSystem, 'staged', root);
	assert.equal(staged, {deployment: id(1), etcFrom: id(0), newDefaultsKnown: true});
	assert.equal(rows({changes, ...staged}), taken);
	rmSync(root, {recursive: true});
	await makeMachine(root, 1);
	assert.equal(await diffMachineEtc(unsyncedSystem, 'booted', root), {changes, ...staged});
});

test('knows no new defaults when what was there before is gone', async ({root}) => {
	await makeMachine(root, 1);
	const known = await diffMachineEtc(unsyncedSystem, 'booted', root);
	const changes = known.changes.map((change) => ({...change, hidesNewDefault: false}));
	rmSync(path.join(root, 'sysroot/state/deploy', id(0)), {recursive: true});
	assert.equal(await diffMachineEtc(unsyncedSystem, 'booted', root), {
		...known,
		changes,
		newDefaultsKnown: false,
	});
});

test('has nothing to show where nothing was changed', async ({root}) => {
	await deploy(root, 0, await addImage(root, {'etc/hosts': 'h'}));
	await boot(root, 0, [sampleEntry(0)]);
	assert.equal((await diffMachineEtc(unsyncedSystem, 'booted', root)).changes, []);
});

test('compares a file under each of its names', async ({root}) => {
	await deploy(root, 0, await addImage(root, {'etc/b': large('a')}));
	await boot(root, 0, [sampleEntry(0)]);
	const upper = path.join(root, `sysroot/state/deploy/${id(0)}/etc/upper`);
	writeFileSync(path.join(upper, 'a'), large('a'));
	linkSync(path.join(upper, 'a'), path.join(upper, 'b'));
	assert.equal(rows(await diffMachineEtc(unsyncedSystem, 'booted', root)), [
		['/etc/a', 'added', false],
	]);
});

/** As a user who may read what everybody may. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
	const isRoot = process.geteuid?.() === 0;
	if (isRoot) process.seteuid?.(65_534);
	try {
		return await act();
	} finally {
		if (isRoot) process.seteuid?.(0);
	}
}

test('needs no privileges where all may be read, and says what may not', async ({root}) => {
	await makeMachine(root, 1);
	chmodSync(path.join(root, 'sysroot/composefs'), 0o755);
	const upper = path.join(root, `sysroot/state/deploy/${id(1)}/etc/upper`);
	const run = () => asNobody(() => diffMachineEtc(unsyncedSystem, 'booted', root));
	assert.equal(rows(await run()), taken);

	writeTree(upper, {'private/key': 'k'});
	chmodSync(path.join(upper, 'private'), 0);
	for (const name of ['hosts', 'tuned', 'new']) chmodSync(path.join(upper, name), 0);
	assert.equal(rows(await run()), [
		// Another length, and no counterpart: nothing has to be read for that.
		['/etc/hosts', 'changed', false],
		['/etc/large', 'changed', false],
		['/etc/new', 'added', false],
		['/etc/private', 'unreadable', false],
		['/etc/tuned', 'unreadable', true],
	]);
	chmodSync(path.join(upper, 'private'), 0o755);
});

test('is not for those who may not read the image', async ({root}) => {
	await makeMachine(root, 1);
	const store = path.join(root, 'sysroot/composefs');
	chmodSync(store, 0);
	try {
		await asNobody(() => diffMachineEtc(unsyncedSystem, 'booted', root));
		assert.unreachable();
	} catch (error) {
		assert.is((error as NodeJS.ErrnoException).code, 'EACCES');
	} finally {
		chmodSync(store, 0o700);
	}
});

async function expectRefusal(
	root: string,
	part: 'booted' | 'staged',
	code: string,
	message: string,
) {
	try {
		await diffMachineEtc(unsyncedSystem, part, root);
		assert.unreachable();
	} catch (error) {
		assert.instance(error, Refused);
		assert.equal([(error as Refused).code, (error as Refused).message], [code, message]);
	}
}

test('refuses what is not there', async ({root}) => {
	const notOurs = 'this is not a machine that slipway installed';
	await expectRefusal(root, 'booted', 'not-deployed', notOurs);
	await makeMachine(root, 1);
	await expectRefusal(root, 'staged', 'nothing-staged', 'no update is staged');
	const file = path.join(root, `sysroot/state/deploy/${id(1)}/origin.json`);
	writeFileSync(file, '{');
	const reason = `the image of deployment ${id(1)} is not known: ${file} is not JSON`;
	await expectRefusal(root, 'booted', 'unreadable-deployment', reason);
});

test.run();
