import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {inBootOrder} from '../../../engine/boot/boot-loader.ts';
import type {Kernel} from '../../../engine/boot/kernel.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {deploymentStates} from '../../../engine/deployment/states.ts';
import {afterStep, type Step, type Transition} from '../../../engine/deployment/step.ts';
import {
	collect,
	deleteDeployment,
	type NewDeployment,
	rollback,
	setPinned,
	stage,
} from '../../../engine/deployment/transitions.ts';
import {Refused} from '../../../engine/errors.ts';
import {
	failed,
	fresh,
	sampleDeployment,
	sampleEntry,
	sampleMachine,
	sampleOrigin,
} from './samples.ts';

const test = suite('deployment transitions');

const file = {path: '/k', size: 1, sha256: '00'.repeat(32)};
const kernel: Kernel = {version: '6.12', linux: file, initramfs: file};
const id = (serial: number): string => `3f2a9c1b4d5e.${serial}`;
const wanted: NewDeployment = {
	origin: sampleOrigin,
	title: 'Debian GNU/Linux 13 (trixie)',
	kernel,
	rootUuid: '6d1a-22',
	verityRequired: true,
};

/** Steps in short: `entry 2`, `-entry 0 1`. */
function inShort(steps: readonly Step[]): string[] {
	const serial = (name: string) => name.split('.')[1];
	const words = (step: Step): string => {
		switch (step.kind) {
			case 'write-origin':
				return [
					`state ${serial(step.deployment.id)}`,
					...(step.deployment.etcDueFrom === undefined
						? []
						: [`etc ${serial(step.deployment.etcDueFrom)}`]),
				].join(' ');
			case 'write-entry':
				return `entry ${serial(step.entry.deploymentId)}`;
			case 'set-default':
				return `default ${serial(step.id)}`;
			case 'remove-entries':
				return `-entry ${step.ids.map(serial).join(' ')}`;
			case 'remove-state':
				return `-state ${serial(step.id)}`;
		}
	};
	return steps.map(words);
}

test('stages the first deployment of a machine: all that an install writes', () => {
	const {deployment, steps} = stage({deployments: [], entries: [], bootedId: undefined}, wanted);
	assert.is(deployment.id, id(0));
	const digest = sampleOrigin.imageVerity.digest;
	assert.equal(steps, [
		{
			kind: 'write-origin',
			deployment: {id: id(0), origin: {...sampleOrigin, sequence: 1, pinned: false}},
		},
		{
			kind: 'write-entry',
			entry: {
				deploymentId: id(0),
				title: `Debian GNU/Linux 13 (trixie) (${id(0)})`,
				sequence: 1,
				commandLine: `root=UUID=6d1a-22 rw composefs=${digest} slipway=${id(0)} quiet`,
				kernel,
			},
		},
	]);
});

test('stages above all sequences that entries or deployments have', () => {
	const set = {...sampleMachine([sampleEntry(1), sampleEntry(0, undefined, 9)], 1)};
	const {after} = stage(set, wanted);
	assert.equal(after.entries?.[0], {
		...sampleEntry(2, fresh, 10),
		title: `Debian GNU/Linux 13 (trixie) (${id(2)})`,
	});
});

test('takes over the /etc of what runs, unless it is to start afresh', () => {
	const made = ({deployment, after}: ReturnType<typeof stage>) =>
		after.deployments.find((one) => one === deployment);
	assert.equal(made(stage(updated, wanted)), {
		...sampleDeployment(2, {etcFrom: id(1)}),
		etcDueFrom: id(1),
	});
	assert.equal(made(stage(updated, {...wanted, freshEtc: true})), sampleDeployment(2));
});

const updated = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);
const staged = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
const stagedPinned = {
	...staged,
	deployments: staged.deployments.map((one) =>
		one.id === id(2) ? sampleDeployment(2, {pinned: true}) : one,
	),
};
/** The oldest is there just for the /etc that a pinned one, never booted, takes over. */
const inherited: DeploymentSet = {
	...sampleMachine([sampleEntry(3), sampleEntry(2), sampleEntry(1, fresh), sampleEntry(0)], 3),
	deployments: [
		sampleDeployment(0),
		{...sampleDeployment(1, {pinned: true, etcFrom: id(0)}), etcDueFrom: id(0)},
		sampleDeployment(2),
		sampleDeployment(3),
	],
};
const damagedEntries = (...serials: readonly number[]) =>
	serials.map((serial) => ({
		file: `slipway-${id(serial)}.conf`,
		deploymentId: id(serial),
		problem: 'it has no "linux" line',
	}));
const unreadable = {id: id(0), origin: undefined, problem: 'version 2', unfinished: false} as const;
const unfinished = {id: id(7), origin: undefined, problem: 'missing', unfinished: true} as const;

const decisions: readonly (readonly [string, () => Transition, readonly string[]])[] = [
	['staging keeps what there is', () => stage(updated, wanted), ['state 2 etc 1', 'entry 2']],
	[
		'staging again drops what was staged, after',
		() => stage(staged, wanted),
		['state 3 etc 1', 'entry 3', '-entry 2', '-state 2'],
	],
	[
		'staging again keeps a pinned one',
		() => stage(stagedPinned, wanted),
		['state 3 etc 1', 'entry 3'],
	],
	['a rollback prefers the one before', () => rollback(updated), ['default 0']],
	[
		'a rollback to a named one',
		() => rollback(sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2), id(0)),
		['default 0'],
	],
	[
		'a rollback while staged drops the update',
		() => rollback(staged),
		['default 0', '-entry 2', '-state 2'],
	],
	['a rollback while staged keeps a pinned update', () => rollback(stagedPinned), ['default 0']],
	[
		'a rollback that is queued already changes nothing',
		() => rollback(rollback(updated).after),
		[],
	],
	[
		'a rollback to the running one takes a queued one back',
		() => rollback(rollback(updated).after, id(1)),
		['default 1'],
	],
	[
		'a rollback to the running one drops what is staged',
		() => rollback(staged, id(1)),
		['default 1', '-entry 2', '-state 2'],
	],
	['a rollback to what is staged changes nothing', () => rollback(staged, id(2)), []],
	[
		'a rollback to a failed one tries it anew',
		() => rollback(sampleMachine([sampleEntry(1, failed), sampleEntry(0)], 0), id(1)),
		['default 1'],
	],
	['pinning changes the origin', () => setPinned(updated, id(0), true), ['state 0']],
	[
		'pinning twice changes nothing',
		() => setPinned(setPinned(updated, id(0), true).after, id(0), true),
		[],
	],
	[
		'pinning leaves alone whose /etc is to be taken over',
		() => setPinned(stage(updated, wanted).after, id(2), true),
		['state 2 etc 1'],
	],
	['unpinning what is not pinned changes nothing', () => setPinned(updated, id(0), false), []],
	[
		'deleting takes the entry first',
		() => deleteDeployment(updated, id(0)),
		['-entry 0', '-state 0'],
	],
	['deleting what is staged', () => deleteDeployment(staged, id(2)), ['-entry 2', '-state 2']],
	['collecting keeps booted, staged and rollback', () => collect(staged), []],
	[
		'collecting drops older ones',
		() =>
			collect(sampleMachine([sampleEntry(3), sampleEntry(2), sampleEntry(1), sampleEntry(0)], 3)),
		['-entry 0 1', '-state 0', '-state 1'],
	],
	[
		'collecting drops a failed one',
		() => collect(sampleMachine([sampleEntry(2, failed), sampleEntry(1), sampleEntry(0)], 1)),
		['-entry 2', '-state 2'],
	],
	['collecting keeps the queued rollback', () => collect(rollback(updated).after), []],
	[
		'collecting keeps pinned ones',
		() =>
			collect(
				setPinned(sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2), id(0), true)
					.after,
			),
		[],
	],
	['collecting keeps those whose /etc is yet to be taken over', () => collect(inherited), []],
	[
		'collecting drops them with the last one that would',
		() => collect(setPinned(inherited, id(1), false).after),
		['-entry 0 1', '-state 0', '-state 1'],
	],
	[
		'a rollback leaves a staged one whose /etc is yet to be taken over',
		() =>
			rollback({
				...staged,
				deployments: [...staged.deployments, {...sampleDeployment(8), etcDueFrom: id(2)}],
			}),
		['default 0'],
	],
	[
		'collecting drops one that lost its entry',
		() => collect({...updated, deployments: [...updated.deployments, sampleDeployment(5)]}),
		['-state 5'],
	],
	[
		'collecting drops what a crash left',
		() => collect({...updated, deployments: [...updated.deployments, unfinished]}),
		['-state 7'],
	],
	[
		'collecting leaves alone what it cannot read',
		() =>
			collect({
				...sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2),
				deployments: [unreadable, sampleDeployment(1), sampleDeployment(2)],
			}),
		[],
	],
	[
		'collecting keeps those whose entries cannot be read',
		() =>
			collect({
				...sampleMachine([sampleEntry(3), sampleEntry(2), sampleEntry(1)], 3),
				deployments: [0, 1, 2, 3].map((serial) => sampleDeployment(serial)),
				damagedEntries: damagedEntries(0, 1),
			}),
		[],
	],
	[
		'collecting needs no readable entry of what runs',
		() => collect({...updated, entries: [sampleEntry(0)], damagedEntries: damagedEntries(1)}),
		[],
	],
	[
		'collecting drops entries of nothing',
		() => collect({...updated, entries: [...(updated.entries ?? []), sampleEntry(8, failed)]}),
		['-entry 8'],
	],
];
for (const [title, decide, expected] of decisions)
	test(title, () => assert.equal(inShort(decide().steps), expected));

test('gives what holds after the steps', () => {
	const {steps, after} = rollback(staged);
	assert.equal(after, {
		deployments: [sampleDeployment(0), sampleDeployment(1)],
		entries: [sampleEntry(0, undefined, 4), sampleEntry(1)],
		bootedId: id(1),
	});
	assert.equal(steps.reduce(afterStep, staged), after);
});

test('a rollback or a collection that was killed, and is done again, ends the same', () => {
	const many = sampleMachine([sampleEntry(3), sampleEntry(2), sampleEntry(1), sampleEntry(0)], 3);
	for (const [start, decide] of [
		[staged, (set: DeploymentSet) => rollback(set, id(0))],
		[many, collect],
	] as const) {
		const {steps, after} = decide(start);
		for (let done = 0; done <= steps.length; done++) {
			const again = decide(steps.slice(0, done).reduce(afterStep, start));
			// What a killed rollback leaves of the update is for the next collection.
			assert.equal(collect(again.after).after, collect(after).after, `after ${done} steps`);
		}
	}
});

test('has a whole deployment to boot whenever it is killed', () => {
	for (const start of [updated, staged])
		for (const {steps} of [
			stage(start, wanted),
			rollback(start),
			collect(start),
			deleteDeployment(start, id(0)),
		])
			for (let done = 0; done <= steps.length; done++) {
				const set = steps.slice(0, done).reduce(afterStep, start);
				const [first] = inBootOrder(set.entries ?? []);
				assert.ok(
					set.deployments.some((one) => one.id === first?.deploymentId),
					inShort(steps).join(),
				);
				assert.ok(deploymentStates(set).booted);
			}
});

test('collecting twice changes nothing', () => {
	const machine = sampleMachine(
		[sampleEntry(3), sampleEntry(2), sampleEntry(1), sampleEntry(0)],
		3,
	);
	assert.equal(collect(collect(machine).after).steps, []);
});

const refused: readonly (readonly [string, () => Transition, string, string])[] = [
	[
		'a rollback with nothing to go back to',
		() => rollback(sampleMachine([sampleEntry(0)], 0)),
		'no-rollback',
		'there is no other deployment to go back to',
	],
	[
		'a rollback to nobody knows what',
		() => rollback(updated, 'x'),
		'no-such-deployment',
		'there is no deployment "x"',
	],
	[
		'a rollback to one without entry',
		() => rollback({...updated, entries: [sampleEntry(1)]}, id(0)),
		'not-bootable',
		`deployment ${id(0)} has no loader entry`,
	],
	[
		'pinning one that cannot be read',
		() => setPinned({...updated, deployments: [unreadable]}, id(0), true),
		'unreadable-deployment',
		`deployment ${id(0)} cannot be changed: version 2`,
	],
	[
		'deleting the running one',
		() => deleteDeployment(updated, id(1)),
		'deployment-booted',
		`deployment ${id(1)} is running`,
	],
	[
		'deleting a pinned one',
		() => deleteDeployment(setPinned(updated, id(0), true).after, id(0)),
		'deployment-pinned',
		`deployment ${id(0)} is pinned`,
	],
	[
		'deleting one whose /etc is yet to be taken over',
		() => deleteDeployment(inherited, id(0)),
		'etc-source',
		`deployment ${id(1)} has yet to take over the /etc of ${id(0)}`,
	],
	[
		'deleting the last one from outside',
		() => deleteDeployment(sampleMachine([sampleEntry(0)]), id(0)),
		'last-deployment',
		`deployment ${id(0)} is the only one that can be booted`,
	],
	[
		'collecting when the running one has no entry',
		() => collect({...updated, entries: [sampleEntry(0)]}),
		'booted-without-entry',
		`the running deployment ${id(1)} has no loader entry`,
	],
	[
		'collecting when entries are not known',
		() => collect({...updated, entries: undefined}),
		'boot-state-unknown',
		'it is not known which deployment is running',
	],
	[
		'collecting from outside',
		() => collect({...updated, bootedId: undefined}),
		'boot-state-unknown',
		'it is not known which deployment is running',
	],
];
for (const [title, decide, code, message] of refused)
	test(`refuses ${title}`, () => {
		try {
			decide();
			assert.unreachable('did it');
		} catch (error) {
			assert.instance(error, Refused);
			const {code: itsCode, message: itsMessage} = error as Refused;
			assert.equal([itsCode, itsMessage], [code, message]);
		}
	});

test.run();
