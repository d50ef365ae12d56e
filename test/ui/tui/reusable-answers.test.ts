import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {matchesGlob} from '../../../installer/disk/glob.ts';
import type {DiskFacts} from '../../../ui/tui/port.ts';
import {reusableAnswers} from '../../../ui/tui/reusable-answers.ts';
import {disks} from './fake-port.ts';

const test = suite('answers for another time');

const [nvme] = disks;
const answers: Answers = {
	...noAnswers,
	disk: [{path: '/dev/nvme0n1', pick: 'only', removable: true}],
	storage: {...noAnswers.storage, layout: 'disk', wipe: true},
};

function reusable(facts: Partial<DiskFacts>) {
	assert.ok(nvme);
	return reusableAnswers(answers, {...nvme, ...facts});
}

const {model, size} = {model: 'Samsung SSD 990 PRO 1TB', size: nvme?.size};

for (const [what, facts, selector] of [
	['its serial number', {}, {model, serial: 'S6Z2NJ0T1234'}],
	['its WWN', {serial: undefined, wwn: 'eui.0025'}, {model, wwn: 'eui.0025'}],
	['model and size', {serial: undefined}, {model, size: {least: size, most: size}}],
	['a serial number alone', {model: undefined}, {serial: 'S6Z2NJ0T1234'}],
] as const)
	test(`name the disk by ${what}, not by the kernel's name`, () =>
		assert.equal(reusable(facts), {
			answers: {...answers, disk: [{pick: 'only', removable: true, ...selector}]},
			leftOut: [],
		}));

test('take no sign of a serial number for one that matches others', () => {
	const [selector] = reusable({serial: '[a]*'}).answers.disk ?? [];
	assert.is(selector?.serial, '?a??');
	assert.ok(matchesGlob('[a]*', selector?.serial ?? ''));
});

test('leave out a disk of which nothing is known, and that it may be wiped', () => {
	const kept = {
		mountPoint: '/var',
		existing: {partition: {number: 4}, format: false},
		size: undefined,
		fileSystem: undefined,
		label: undefined,
		options: [],
		encrypted: false,
	};
	const partition = {layout: 'partition', replace: [{number: 3}], partitions: [kept]} as const;
	for (const [storage, layout] of [
		[answers.storage, 'disk'],
		[{...answers.storage, ...partition}, undefined],
	] as const) {
		assert.ok(nvme);
		const unknown = {...nvme, serial: undefined, model: undefined};
		for (const disk of [unknown, undefined])
			assert.equal(reusableAnswers({...answers, storage}, disk), {
				answers: {...noAnswers, storage: {...noAnswers.storage, layout}},
				leftOut: ['the disk and the leave to wipe it (it has no serial number)'],
			});
	}
});

test.run();
