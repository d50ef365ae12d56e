import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {planBeside} from '../../../../installer/disk/beside/plan-beside.ts';
import type {ShareRequest} from '../../../../installer/disk/beside/room.ts';
import {
	isShared,
	type SharedLayout,
	tableAfter,
	tableBefore,
	tableSteps,
} from '../../../../installer/disk/beside/table-steps.ts';
import {besideRequest, freeSpace, windows} from './shared-disk.ts';

const test = suite('steps of a partition table');

function layoutOf(share: ShareRequest): SharedLayout {
	const planned = planBeside(besideRequest(windows, {share}));
	if (planned.kind === 'refused' || !isShared(planned.layout)) throw new Error('was refused');
	return planned.layout;
}

const never = ['--wipe', 'never', '--wipe-partitions', 'never'];
const fresh = ['--wipe', 'never', '--wipe-partitions', 'always'];
const names = (layout: SharedLayout) =>
	tableSteps(layout).map(({options, operands, input}) => [
		options,
		operands,
		[...input.matchAll(/^(p\d+) : start=(\d+), size=(\d+).* name="([^"]*)"/gm)].map((match) =>
			match.slice(1),
		),
	]);

test('add all new ones at once where nothing goes', () => {
	assert.equal(names(layoutOf(freeSpace)), [
		[
			[...fresh, '--append'],
			[],
			[
				['p5', '41943040', '2097152', 'slipway-xbootldr-incomplete'],
				['p6', '44040192', '90175488', 'slipway-root-incomplete'],
			],
		],
	]);
});

test('name an unfinished installation first where something does', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{number: 3}, {number: 4}]} as const;
	assert.equal(names(layoutOf(share)), [
		[[...never, '-N', '3'], [], [['p3', '239616', '40720384', 'slipway-root-incomplete']]],
		[[...never, '--delete'], ['4'], []],
		[[...never, '-N', '3'], [], [['p3', '2336768', '131878912', 'slipway-root-incomplete']]],
		[[...fresh, '--append'], [], [['p4', '239616', '2097152', 'slipway-xbootldr-incomplete']]],
	]);
});

test('leave entries that are taken no attributes', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{number: 4}]} as const;
	const changed = tableSteps(layoutOf(share)).filter(({options}) => options.includes('-N'));
	assert.equal(
		changed.map(({input}) => /name=.*/.exec(input)?.[0]),
		Array(2).fill('name="slipway-root-incomplete", attrs=""'),
	);
});

test('lead from the table that was found to one with its other entries in it', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{number: 4}]} as const;
	const layout = layoutOf(share);
	const plain = windows.map(({signature, ...partition}) => partition);
	const withoutContent = (partitions: readonly object[]) =>
		partitions.map((one) =>
			Object.fromEntries(Object.entries(one).filter(([key]) => key in shape)),
		);
	const shape = {number: 0, start: 0, size: 0, type: 0, uuid: 0, name: 0, attributes: 0};
	assert.equal(withoutContent(tableBefore(layout).partitions), plain);
	assert.equal(withoutContent(tableAfter(layout).partitions).slice(0, 3), plain.slice(0, 3));
	assert.equal(
		tableAfter(layout).partitions.map(({number, name}) => [number, name]),
		[
			[1, 'EFI system partition'],
			[2, ''],
			[3, 'Basic data partition'],
			[4, 'slipway-root-incomplete'],
			[5, 'slipway-xbootldr-incomplete'],
		],
	);
});

test.run();
