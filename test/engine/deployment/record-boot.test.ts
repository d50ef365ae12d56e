import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {BootEntry} from '../../../engine/boot/boot-loader.ts';
import {bootReasonFile} from '../../../engine/deployment/boot-reason-file.ts';
import type {ReadableDeployment} from '../../../engine/deployment/deployment.ts';
import {loginMessageFile} from '../../../engine/deployment/login-message.ts';
import {readStatus} from '../../../engine/deployment/read-status.ts';
import {recordBoot} from '../../../engine/deployment/record-boot.ts';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {
	currentHealthFile,
	type HealthRecord,
	writeCurrentHealth,
	writeHealth,
} from '../../../engine/health/health-record.ts';
import {failed, sampleDeployment, sampleEntry} from './samples.ts';

interface Context {
	root: string;
	physical: string;
}

const test = suite<Context>('record of a boot');

test.before.each(async (context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-boot-'));
	context.physical = path.join(context.root, 'sysroot');
	mkdirSync(path.join(context.root, 'proc'));
	const digest = '3f'.repeat(32);
	const commandLine = `composefs=${digest} slipway=3f2a9c1b4d5e.1\n`;
	writeFileSync(path.join(context.root, 'proc/cmdline'), commandLine);
	for (const serial of [0, 1, 2])
		await writeOrigin(
			context.physical,
			sampleDeployment(serial, {
				imageVerity: {algorithm: 'sha256', digest: String(serial).repeat(64)},
			}),
		);
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const loader = (entries: readonly BootEntry[]) => ({
	list: async () => ({entries, foreign: [], damaged: []}),
});
const afterFailure = loader([sampleEntry(2, failed), sampleEntry(1), sampleEntry(0)]);

const unhealthy: HealthRecord = {
	version: 1,
	time: '2026-03-02T08:30:00.000Z',
	verdict: 'unhealthy',
	checks: [
		{
			name: '10-web',
			path: '/usr/lib/slipway/health.d/10-web',
			requirement: 'required',
			outcome: 'failed',
			exitStatus: 1,
			seconds: 0.4,
			output: 'nobody answers\n',
		},
	],
	failedUnits: [],
};

test('tells everybody of a fallback, its cause and when', async ({root, physical}) => {
	await writeHealth(physical, '3f2a9c1b4d5e.2', unhealthy);
	await recordBoot(afterFailure, {root});
	const message = path.join(root, loginMessageFile);
	assert.is(
		readFileSync(message, 'utf8'),
		`This machine fell back to deployment 3f2a9c1b4d5e.1.
3f2a9c1b4d5e.2 failed 3 boots: health check 10-web failed.
See slipway status.
`,
	);
	for (const file of [message, path.join(root, bootReasonFile)])
		assert.is(statSync(file).mode & 0o777, 0o644);

	const {status} = await readStatus(root);
	assert.equal(status.bootReason, {
		kind: 'fell-back',
		from: [{id: '3f2a9c1b4d5e.2', attempts: 3, reason: 'health check 10-web failed'}],
	});
	const [other] = status.otherDeployments;
	assert.is(other?.deployment.health, 'failed');
	assert.equal(other?.deployment.failure, {
		time: '2026-03-02T08:30:00.000Z',
		reason: 'health check 10-web failed',
		checks: unhealthy.checks,
		units: [],
	});
});

test('hands failed images over, each time', async ({root}) => {
	const handed: ReadableDeployment[] = [];
	const quarantine = async (images: readonly ReadableDeployment[]) => void handed.push(...images);
	await recordBoot(afterFailure, {root, quarantine});
	await recordBoot(afterFailure, {root, quarantine});
	assert.equal(
		handed.map(({id}) => id),
		['3f2a9c1b4d5e.2', '3f2a9c1b4d5e.2'],
	);
	handed.length = 0;
	await recordBoot(loader([sampleEntry(1), sampleEntry(0)]), {root, quarantine});
	assert.equal(handed, []);
});

test('keeps to the reason that it saw first, whatever is staged later', async ({root}) => {
	const tried = {left: 2, done: 1};
	await recordBoot(loader([sampleEntry(1, tried), sampleEntry(0)]), {root});
	await recordBoot(loader([sampleEntry(2), sampleEntry(1), sampleEntry(0)]), {root});
	assert.equal((await readStatus(root)).status.bootReason, {kind: 'newest'});
	assert.not.ok(existsSync(path.join(root, loginMessageFile)));
});

test('shows how the running deployment started now, not how it did before', async ({
	root,
	physical,
}) => {
	await writeHealth(physical, '3f2a9c1b4d5e.1', unhealthy);
	await recordBoot(loader([sampleEntry(1)]), {root});
	assert.is((await readStatus(root)).status.booted?.deployment.failure, null);
	await writeCurrentHealth(unhealthy, path.join(root, currentHealthFile));
	assert.is(
		(await readStatus(root)).status.booted?.deployment.failure?.reason,
		'health check 10-web failed',
	);
});

test('passes over records that are damaged or of another version', async ({root, physical}) => {
	const file = path.join(physical, 'state/deploy/3f2a9c1b4d5e.2/health.json');
	for (const text of [
		'',
		'{',
		'[]',
		'{"version": 2}',
		JSON.stringify({...unhealthy, time: 'now'}),
	]) {
		writeFileSync(file, text);
		await recordBoot(afterFailure, {root});
		const {status} = await readStatus(root);
		assert.is(status.otherDeployments[0]?.deployment.failure, null);
		assert.is(status.bootReason?.kind, 'fell-back');
	}
});

test('reads no reason that is damaged', async ({root}) => {
	await recordBoot(afterFailure, {root});
	for (const text of ['', '{"version": 1, "reason": {"kind": "magic"}}']) {
		writeFileSync(path.join(root, bootReasonFile), text);
		assert.is((await readStatus(root)).status.bootReason, null);
	}
});

test.run();
