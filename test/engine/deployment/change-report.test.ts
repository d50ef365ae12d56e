import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type ChangeReport, reportChange} from '../../../engine/deployment/change-report.ts';
import {leadsElsewhere, reboot} from '../../../engine/deployment/reboot.ts';
import type {Transition} from '../../../engine/deployment/step.ts';
import {deleteDeployment, rollback} from '../../../engine/deployment/transitions.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {failed, fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('change report');

const id = (serial: number): string => sampleDeployment(serial).id;
const staged = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
const next = (serial: number): ChangeReport['nextBoot'] => ({
	id: id(serial),
	image: {image: 'registry.example.com/myos:latest', transport: 'registry'},
	version: '13.1',
});

const cases: readonly (readonly [string, Transition, ChangeReport, boolean])[] = [
	[
		'a rollback that drops an update',
		rollback(staged),
		{changed: true, booted: id(1), nextBoot: next(0), removed: [id(2)]},
		true,
	],
	[
		'a rollback to what runs',
		rollback(staged, id(1)),
		{changed: true, booted: id(1), nextBoot: next(1), removed: [id(2)]},
		false,
	],
	[
		'what was so already',
		rollback(staged, id(2)),
		{changed: false, booted: id(1), nextBoot: next(2), removed: []},
		true,
	],
	[
		'a deletion',
		deleteDeployment(staged, id(0)),
		{changed: true, booted: id(1), nextBoot: next(2), removed: [id(0)]},
		true,
	],
	[
		'a machine of which all deployments have failed',
		{steps: [], after: sampleMachine([sampleEntry(1, failed), sampleEntry(0, failed)], 0)},
		{changed: false, booted: id(0), nextBoot: next(1), removed: []},
		true,
	],
	[
		'a machine without entries',
		{steps: [], after: {...staged, entries: []}},
		{changed: false, booted: id(1), nextBoot: null, removed: []},
		false,
	],
];
for (const [name, transition, report, elsewhere] of cases)
	test(`tells what holds after ${name}`, () => {
		assert.equal(reportChange(transition), report);
		assert.is(leadsElsewhere(report), elsewhere);
	});

test('names no image that is not known', () => {
	const unreadable = {
		id: id(0),
		origin: undefined,
		problem: 'version 2',
		unfinished: false,
	} as const;
	const after = {...sampleMachine([sampleEntry(0)], 0), deployments: [unreadable]};
	assert.equal(reportChange({steps: [], after}).nextBoot, {id: id(0), image: null, version: null});
});

test('a reboot is that of systemd', async () => {
	const system = fakeSystem();
	await reboot(system);
	assert.equal(system.commandLines(), ['systemctl reboot']);
});

test.run();
