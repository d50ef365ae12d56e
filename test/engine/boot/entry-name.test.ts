import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatEntryName, parseEntryName} from '../../../engine/boot/entry-name.ts';

const test = suite('entry name');
const stem = 'slipway-3f2a9c1b4d5e.0';

// The cases in the comments of systemd-boot, and the edges of its parser.
const names: readonly (readonly [string, ReturnType<typeof parseEntryName>])[] = [
	[`${stem}.conf`, {stem, tries: undefined}],
	[`${stem}+3.conf`, {stem, tries: {left: 3, done: 0}}],
	[`${stem}+2-1.conf`, {stem, tries: {left: 2, done: 1}}],
	[`${stem}+0-3.conf`, {stem, tries: {left: 0, done: 3}}],
	['a+b+1.conf', {stem: 'a+b', tries: {left: 1, done: 0}}],
	['a+2147483647.conf', {stem: 'a', tries: {left: 2147483647, done: 0}}],
	['a+2147483648.conf', {stem: 'a+2147483648', tries: undefined}],
	['a+1-.conf', {stem: 'a+1-', tries: undefined}],
	['a+.conf', {stem: 'a+', tries: undefined}],
	['a+1-2-3.conf', {stem: 'a+1-2-3', tries: undefined}],
	['a+-1.conf', {stem: 'a+-1', tries: undefined}],
	['+3.conf', {stem: '', tries: {left: 3, done: 0}}],
	['.conf', undefined],
	['a.conf.slipway-new', undefined],
	['a.efi', undefined],
];

for (const [name, parsed] of names)
	test(`reads ${name}`, () => assert.equal(parseEntryName(name), parsed));

test('writes names as it reads them', () => {
	for (const [name, parsed] of names) if (parsed) assert.is(formatEntryName(parsed), name);
});

test('takes a tries-done counter of zero for none', () => {
	assert.equal(parseEntryName('a+4-0.conf'), {stem: 'a', tries: {left: 4, done: 0}});
});

test.run();
