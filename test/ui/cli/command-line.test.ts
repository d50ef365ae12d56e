import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {type CommandEntry, resolveInvocation} from '../../../ui/cli/command-line.ts';

const test = suite('command line');

const load = () => Promise.reject(new Error('nothing is loaded to resolve a command line'));
const status: CommandEntry = {name: 'status', summary: 'Say what runs', load};
const inspect: CommandEntry = {name: 'image inspect', summary: 'List a tree', load};
const table = [status, inspect, {...status, name: 'install'}];

test('finds out what is asked', () => {
	const cases: [string, ReturnType<typeof resolveInvocation>][] = [
		['', {kind: 'overview'}],
		['--help', {kind: 'overview'}],
		['-h status', {kind: 'overview'}],
		['help', {kind: 'overview'}],
		['--version', {kind: 'version'}],
		['-V', {kind: 'version'}],
		['help exit-status', {kind: 'topic', topic: 'exit-status'}],
		['help status', {kind: 'help', entry: status}],
		['help image', {kind: 'overview', group: 'image'}],
		['help image inspect', {kind: 'help', entry: inspect}],
		['image --help', {kind: 'overview', group: 'image'}],
		['status --json --help', {kind: 'help', entry: status}],
		['status -- --help', {kind: 'run', entry: status, words: ['--', '--help']}],
		['status --json', {kind: 'run', entry: status, words: ['--json']}],
		['image inspect a b', {kind: 'run', entry: inspect, words: ['a', 'b']}],
	];
	for (const [line, invocation] of cases)
		assert.equal(
			resolveInvocation(
				line.split(' ').filter((word) => word !== ''),
				table,
			),
			invocation,
			line,
		);
});

test('refuses what the table lacks and says what was probably meant', () => {
	const cases: [string, string, string][] = [
		['staus', 'there is no command staus', 'Did you mean slipway status?'],
		['frobnicate', 'there is no command frobnicate', 'Run slipway --help.'],
		['update', 'there is no command update', 'Did you mean slipway upgrade?'],
		['list', 'there is no command list', 'Did you mean slipway status?'],
		['uninstall', 'there is no command uninstall', 'Run slipway --help.'],
		['help stat', 'there is no command stat', 'Did you mean slipway status?'],
		['image', 'image needs a command after it', 'It has: slipway image inspect'],
		['image list', 'image has no command list', 'It has: slipway image inspect'],
		['--verbose', 'slipway has no option --verbose', 'Run slipway --help.'],
	];
	for (const [line, message, hint] of cases)
		try {
			resolveInvocation(line.split(' '), table);
			assert.unreachable(line);
		} catch (error) {
			assert.ok(error instanceof UsageError);
			assert.equal([error.message, error.hint], [message, hint]);
		}
});

test.run();
