import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {EfiProgram} from '../../../engine/boot/efi-program.ts';
import {
	decideLoaderUpdate,
	type LoaderPlace,
	planLoaderSweep,
	planLoaderUpdate,
} from '../../../engine/boot/loader-update.ts';

const test = suite('update of the boot loader');

const x64 = 0x8664;
const systemdBoot = (version: string, machine = x64): EfiProgram => ({
	machine,
	systemdBoot: version,
	isSigned: false,
});
const foreign: EfiProgram = {machine: x64, systemdBoot: undefined, isSigned: true};
const program = {machine: x64, systemdBoot: '257.9-1', isSigned: false};

type Content = LoaderPlace['content'];
const old = systemdBoot('257.8-1');
const same = systemdBoot('257.9-1');
const signed: EfiProgram = {...old, isSigned: true};
const newer = systemdBoot('258-1');

/** What is in EFI/systemd and in EFI/BOOT, and what is replaced, in this order. */
const cases: readonly (readonly [string, Content, Content, readonly string[]])[] = [
	['both that are older, the fallback last', old, old, ['own', 'fallback']],
	['none that is as new', same, same, []],
	['none that is newer, as after a rollback', newer, newer, []],
	['one alone that is older', same, old, ['fallback']],
	['one beside one that is newer', old, newer, ['own']],
	['a pre-release', systemdBoot('257.9~rc1-1'), same, ['own']],
	['what is missing first', old, 'missing', ['fallback', 'own']],
	['what is damaged first', old, 'damaged', ['fallback', 'own']],
	['what is missing beside one as new', 'missing', same, ['own']],
	['what is damaged beside one that is newer', 'damaged', newer, ['own']],
	['both when nothing starts', 'damaged', 'missing', ['own', 'fallback']],
	['none that is signed by one that is not', signed, old, ['fallback']],
	['no fallback of somebody else', old, foreign, ['own']],
	['nothing in the place of ours that is not', foreign, old, ['fallback']],
	['nothing for another architecture', systemdBoot('1', 0xaa64), systemdBoot('1', 0xaa64), []],
	['nothing on the ESP of another boot loader', 'missing', foreign, []],
	['nothing on an ESP with a damaged program of whomever', 'missing', 'damaged', []],
	['nothing on an ESP without one', 'missing', 'missing', []],
];

for (const [title, own, fallback, replaced] of cases)
	test(`replaces ${title}`, () => {
		const decisions = decideLoaderUpdate(
			[
				{path: 'fallback', role: 'fallback', content: fallback},
				{path: 'own', role: 'own', content: own},
			],
			{program},
		);
		assert.equal(
			decisions.filter(({replace}) => replace).map(({path}) => path),
			replaced,
		);
	});

test('replaces signed copies by a signed one', () => {
	const places: readonly LoaderPlace[] = [{path: 'own', role: 'own', content: signed}];
	const stateWith = (isSigned: boolean) =>
		decideLoaderUpdate(places, {program: {...program, isSigned}}).map(({state}) => state);
	assert.equal([stateWith(true), stateWith(false)], [['older'], ['signed']]);
});

test('follows copies under other names, and makes no new ones', () => {
	const other = (path: string, content: Content): LoaderPlace => ({path, role: 'other', content});
	const decisions = decideLoaderUpdate(
		[
			{path: 'own', role: 'own', content: same},
			{path: 'BOOTX64.EFI', role: 'fallback', content: foreign},
			other('grubx64.efi', old),
			other('mmx64.efi', foreign),
			other('BOOTAA64.EFI', systemdBoot('256-1', 0xaa64)),
			other('broken.efi', 'damaged'),
		],
		{program},
	);
	assert.equal(decisions, [
		{path: 'broken.efi', state: 'damaged', version: undefined, replace: false},
		{path: 'own', state: 'same', version: '257.9-1', replace: false},
		{path: 'grubx64.efi', state: 'older', version: '257.8-1', replace: true},
		{path: 'mmx64.efi', state: 'foreign', version: undefined, replace: false},
		{path: 'BOOTAA64.EFI', state: 'foreign', version: '256-1', replace: false},
		{path: 'BOOTX64.EFI', state: 'foreign', version: undefined, replace: false},
	]);
});

test('has one copy on the medium before it goes on to the next', () => {
	const bytes = Buffer.from('program');
	const decision = (path: string, replace: boolean) =>
		({path, state: 'older', version: '1', replace}) as const;
	const written = (path: string) => ({
		kind: 'write',
		files: [{path, source: {kind: 'bytes', bytes}}],
	});
	assert.equal(
		planLoaderUpdate([decision('a', true), decision('b', false), decision('c', true)], {bytes}),
		[written('a'), {kind: 'sync'}, written('c'), {kind: 'sync'}],
	);
	assert.equal(planLoaderUpdate([], {bytes}), []);
});

test('removes what a crash left, if anything', () => {
	assert.equal(planLoaderSweep(['a', 'b']), [
		{kind: 'remove', path: 'a'},
		{kind: 'remove', path: 'b'},
		{kind: 'sync'},
	]);
	assert.equal(planLoaderSweep([]), []);
});

test.run();
