import {PassThrough} from 'node:stream';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {runPlain} from '../../../../ui/tui/plain/run-plain.ts';
import type {InstallerPort} from '../../../../ui/tui/port.ts';
import {fakePort, installed, key} from '../fake-port.ts';

const test = suite('questions line by line');

async function converse(lines: readonly string[], answers: Partial<InstallerPort> = {}) {
	const input = new PassThrough();
	input.end(lines.map((line) => `${line}\n`).join(''));
	let written = '';
	const output = {
		write: (text: string) => {
			written += text;
		},
	};
	const port = fakePort(answers);
	const status = await runPlain(port, {input, output}, new AbortController().signal);
	return {status, written, calls: port.calls};
}

const upToSummary = [
	'', // welcome
	'2', // disk
	'1', // layout
	'', // host name
	'en_G', // language
	'', // keyboard
	'Europe', // time zone: several
	'Berlin',
	'', // file system
	'1', // encryption
	'anna',
	'',
	'pa55word',
	'pa55word',
	key,
	'', // forget all keys?
	'1', // administrator
	'1', // network
	'', // registry login
	'', // from
	'3', // updates
];

test('install, and show nothing that moves or is secret', async () => {
	const {status, written, calls} = await converse([...upToSummary, '', 'sda', 'q']);
	assert.is(status, 0, written);
	assert.equal(
		calls.filter((call) => call !== 'findRun'),
		['readMachine', 'listDisks', 'readKeys', 'hashPassword', 'plan', 'start'],
	);
	assert.match(written, /3 match:\n {2}Europe\/Berlin\n {2}Europe\/Bern\n {2}Europe\/Paris\n/);
	assert.match(written, /! destroys GPT with 4 partitions/);
	assert.match(written, /Partitioning sda: done in 0\.9 s\n/);
	assert.match(written, /\nsda boots registry\.example\.com\/myos:42 now/);
	assert.not.match(written, /pa55word|[^\n -~]/);
});

for (const [how, last] of [
	['the person leaves', ['q']],
	['the input ends', []],
] as const)
	test(`forget an installation whose end was shown, when ${how}`, async () => {
		const calls: string[] = [];
		const run = {
			disk: '/dev/sda',
			async *follow() {
				yield installed;
			},
			stop: async () => {},
			forget: async () => {
				calls.push('forget');
			},
		};
		const {status, written} = await converse(last, {findRun: async () => run});
		assert.equal([status, calls], [0, ['forget']], written);
	});

test('say what is wrong and ask again', async () => {
	const {status, written} = await converse(['', '7', '3', ':quit']);
	assert.is(status, 130);
	assert.match(written, /Give a number from 1 to 4\./);
	assert.match(written, /Not possible: the system that runs here is on \/dev\/sdb/);
});

test('install nothing when the name of the disk is not typed, or the input ends', async () => {
	const {status, written, calls} = await converse([...upToSummary, '', 'sdb']);
	assert.is(status, 130);
	assert.not.ok(calls.includes('start'));
	assert.match(written, /! Type sda, the name of the disk, or go back\./);
});

test('go back, keeping what was said', async () => {
	const {written} = await converse(['', '2', ':back', '', '1', ':quit']);
	assert.match(written, /Number \[2\]: \nLayout/);
});

test.run();
