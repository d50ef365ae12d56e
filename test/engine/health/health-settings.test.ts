import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {healthSettings, healthSettingsFiles} from '../../../engine/health/health-settings.ts';

const test = suite('health settings');
const [inImage, onMachine] = healthSettingsFiles;

test('gives every check five minutes when nobody says otherwise', () => {
	assert.equal(healthSettings([]), {timeLimit: 300, timeLimits: {}});
	assert.equal(healthSettings([{path: inImage, text: ''}]), {timeLimit: 300, timeLimits: {}});
});

test('lets the machine change what the image says, key by key', () => {
	assert.equal(
		healthSettings([
			{path: inImage, text: 'time-limit = 60\n[time-limits]\n10-web = 5\n"20-db" = 600\n'},
			{path: onMachine, text: '[time-limits]\n10-web = 90\n'},
		]),
		{timeLimit: 60, timeLimits: {'10-web': 90, '20-db': 600}},
	);
	assert.equal(
		healthSettings([
			{path: inImage, text: 'time-limit = 60\n'},
			{path: onMachine, text: 'time-limit = 86400\n'},
		]).timeLimit,
		86400,
	);
});

const range = 'expected whole seconds from 1 to 86400';
const mistakes: readonly (readonly [text: string, message: string])[] = [
	['time-limit = "1 min"', `line 1: time-limit is "1 min", ${range}`],
	['\ntime-limit = 0', `line 2: time-limit is 0, ${range}`],
	['time-limit = -1', `line 1: time-limit is -1, ${range}`],
	['time-limit = 1.5', `line 1: time-limit is 1.5, ${range}`],
	['time-limit = 86401', `line 1: time-limit is 86401, ${range}`],
	['[time-limits]\na = 1\nb = true', `line 3: time-limits.b is true, ${range}`],
	[
		'time-limits = 5',
		'line 1: time-limits is not a table, expected [time-limits] with lines such as 10-web = 600',
	],
	['\n\ntimeout = 5', 'line 3: unknown key "timeout", expected time-limit or [time-limits]'],
];
for (const [text, message] of mistakes)
	test(`names the mistake in ${JSON.stringify(text)}`, () => {
		try {
			healthSettings([{path: onMachine, text}]);
			assert.unreachable();
		} catch (error) {
			assert.instance(error, UsageError);
			assert.is((error as UsageError).message, `${onMachine}, ${message}`);
			assert.is((error as UsageError).hint, `Correct ${onMachine}.`);
		}
	});

test.run();
