import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Kernel} from '../../../engine/boot/kernel.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {
	deploymentToChange,
	withKernelArguments,
} from '../../../engine/deployment/kernel-argument-transition.ts';
import type {Origin} from '../../../engine/deployment/origin.ts';
import {rollback} from '../../../engine/deployment/transitions.ts';
import {Refused} from '../../../engine/errors.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine, sampleOrigin} from './samples.ts';

const test = suite('deployments with other kernel arguments');

const id = (serial: number): string => sampleDeployment(serial).id;
const file = {path: '/k', size: 1, sha256: '00'.repeat(32)};
const kernel: Kernel = {version: '6.12', linux: file, initramfs: file};
const osRelease = {prettyName: 'My OS 2', imageVersion: '2'};
const source = '/etc/slipway/kargs.d/99-slipway-kargs.toml';
const [quiet] = sampleOrigin.kernelArguments;
const verbose = {argument: 'verbose', source};

const change = (set: DeploymentSet, kernelArguments: Origin['kernelArguments']) =>
	withKernelArguments(set, {
		kernelArguments,
		files: {kernel, osRelease},
		rootUuid: '6d1a-22',
		verityRequired: true,
		now: new Date('2026-05-01T00:00:00Z'),
	});

const updated = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);
/** Of which the newest is changed as told. */
const stagedWith = (changes: Partial<Origin>): DeploymentSet => ({
	...sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1),
	deployments: [sampleDeployment(0), sampleDeployment(1), sampleDeployment(2, changes)],
});

test('are the same image once more, with what was known of it', () => {
	const origin = {...sampleOrigin, pinned: true, sequence: 2, health: {checks: 3}};
	const set = {...updated, deployments: [sampleDeployment(0), {id: id(1), origin}]};
	const {steps} = change(set, [...sampleOrigin.kernelArguments, verbose]);
	const digest = sampleOrigin.imageVerity.digest;
	assert.equal(steps, [
		{
			kind: 'write-origin',
			deployment: {
				id: id(2),
				origin: {
					...origin,
					pinned: false,
					sequence: 3,
					kernelArguments: [quiet, verbose],
					created: '2026-05-01T00:00:00.000Z',
					etcFrom: id(1),
				},
				etcDueFrom: id(1),
			},
		},
		{
			kind: 'write-entry',
			entry: {
				deploymentId: id(2),
				title: `My OS 2 (${id(2)})`,
				sequence: 3,
				commandLine: `root=UUID=6d1a-22 rw composefs=${digest} slipway=${id(2)} quiet verbose`,
				kernel,
			},
		},
	]);
});

const unchanged: readonly (readonly [string, DeploymentSet, Origin['kernelArguments']])[] = [
	['the running one has them', updated, sampleOrigin.kernelArguments],
	['only their sources differ', updated, [{argument: 'quiet', source}]],
	[
		'the staged one has them',
		stagedWith({kernelArguments: [verbose]}),
		[{argument: 'verbose', source: 'elsewhere'}],
	],
];
for (const [name, set, wanted] of unchanged)
	test(`are none when ${name}`, () => assert.equal(change(set, wanted).steps, []));

test('take the image that is staged, and the place of what was staged', () => {
	const imageVerity = {algorithm: 'sha256', digest: 'ab'.repeat(32)} as const;
	const set = stagedWith({imageVerity, imageVersion: '14'});
	const {steps, after} = change(set, [verbose]);
	assert.equal(
		steps.map(({kind}) => kind),
		['write-origin', 'write-entry', 'remove-entries', 'remove-state'],
	);
	const made = after.deployments.find((one) => one.id === 'abababababab.0');
	assert.equal([made?.origin?.imageVersion, made?.origin?.kernelArguments], ['14', [verbose]]);
	assert.equal(
		after.deployments.map((one) => one.id),
		[id(0), id(1), 'abababababab.0'],
	);
});

test('are the running one again when that is what they come to', () => {
	const {steps, after} = change(
		stagedWith({kernelArguments: [verbose]}),
		sampleOrigin.kernelArguments,
	);
	assert.equal(steps, [
		{kind: 'set-default', id: id(1)},
		{kind: 'remove-entries', ids: [id(2)]},
		{kind: 'remove-state', id: id(2)},
	]);
	assert.is(after.entries?.[0]?.deploymentId, id(1));
});

test('are not the running one when that follows another image', () => {
	const image = {image: 'registry.example.com/other', transport: 'registry'} as const;
	const set = stagedWith({image, kernelArguments: [verbose]});
	assert.is(change(set, sampleOrigin.kernelArguments).steps[0]?.kind, 'write-origin');
});

const unreadable = {id: id(1), origin: undefined, problem: 'version 2', unfinished: false} as const;
const refused: readonly (readonly [string, DeploymentSet, string, string])[] = [
	[
		'a rollback is queued',
		rollback(updated).after,
		'rollback-queued',
		`the next boot goes to ${id(0)}, not to what runs now`,
	],
	[
		'the running one cannot be read',
		{...updated, deployments: [sampleDeployment(0), unreadable]},
		'unreadable-deployment',
		'the deployment that boots next cannot be read: version 2',
	],
];
for (const [name, set, code, message] of refused)
	test(`are refused when ${name}`, () => {
		try {
			deploymentToChange(set);
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, Refused);
			const refusal = error as Refused;
			assert.equal([refusal.code, refusal.message], [code, message]);
			assert.ok(refusal.hint);
		}
	});

test.run();
