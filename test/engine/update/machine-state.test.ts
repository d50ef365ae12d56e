import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {CommandFailed} from '../../../engine/system/commands.ts';
import {type FakeCommands, fakeSystem} from '../../../engine/system/fake.ts';
import {
	parseInhibitors,
	parseSession,
	parseSessions,
	readLogins,
} from '../../../engine/update/logind.ts';
import {
	parseLoad,
	parseMetered,
	readMachineId,
	readMachineState,
} from '../../../engine/update/machine-state.ts';
import {parsePower, readPower} from '../../../engine/update/power.ts';
import {isTimeZone} from '../../../engine/update/wall-clock.ts';

const test = suite<{root: string}>('machine state');
const fixtures = path.join(import.meta.dirname, '../../fixtures/logind');
const fixture = (name: string): string => readFileSync(path.join(fixtures, name), 'utf8');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'machine-state-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
		writeFileSync(path.join(root, name), text);
	}
}

test('has the sessions that logind lists', () => {
	assert.equal(parseSessions(fixture('sessions.json')), [
		{id: '4', path: '/org/freedesktop/login1/session/_34'},
		{id: 'c1', path: '/org/freedesktop/login1/session/c1'},
	]);
	assert.equal(parseSessions('{"type":"a(susso)","data":[[]]}'), []);
});

test('counts persons who are logged in, and nobody else', () => {
	const user = fixture('session-user.json');
	const alice = {id: '4', user: 'alice'};
	const withClass = (name: string) => user.replace('"s","data":"user"', `"s","data":"${name}"`);
	const withState = (name: string) => user.replace('"opening"', `"${name}"`);
	const cases: readonly (readonly [name: string, reply: string, person: boolean])[] = [
		['a login', user, true],
		['an active session', withState('active'), true],
		['one in the background', withState('online'), true],
		['one that has ended', withState('closing'), false],
		['the first of root', withClass('user-early'), true],
		['one without a service manager', withClass('user-light'), true],
		['a locked screen', withClass('lock-screen'), true],
		['a login screen', fixture('session-greeter.json'), false],
		['a timer', withClass('background'), false],
		["a user's service manager", withClass('manager'), false],
	];
	for (const [name, reply, person] of cases)
		assert.equal(parseSession(reply, '4'), person ? alice : undefined, name);
});

test('has the inhibitors that want no reboot', () => {
	assert.equal(parseInhibitors(fixture('inhibitors.json')), [
		{who: 'backup', why: 'Nightly backup'},
	]);
	assert.equal(parseInhibitors(fixture('inhibitors-none.json')), []);
	const of = (what: string, mode: string) =>
		parseInhibitors(
			JSON.stringify({type: 'a(ssssuu)', data: [[[what, 'a\u001b[2J', 'b"', mode, 0, 1]]]}),
		);
	const held = [{who: 'a\\u{1b}[2J', why: 'b\\"'}];
	assert.equal(of('shutdown', 'block'), held);
	assert.equal(of('sleep:shutdown:idle', 'block-weak'), held);
	assert.equal(of('idle', 'block'), held);
	assert.equal(of('shutdown', 'delay'), []);
	assert.equal(of('sleep:handle-power-key', 'block'), []);
});

for (const [name, reply] of [
	['nothing', ''],
	['another reply', fixture('sessions.json')],
	['no object', '[]'],
	['too few fields', '{"type":"a(ssssuu)","data":[[["shutdown"]]]}'],
] as const)
	test(`refuses ${name} for inhibitors`, () => {
		assert.throws(
			() => parseInhibitors(reply),
			(error: unknown) => error instanceof DamagedInput,
		);
	});

/** busctl as it answers where logind runs. */
function bus(changes: Readonly<Record<string, string | CommandFailed>> = {}): FakeCommands {
	const answers: Readonly<Record<string, string | CommandFailed>> = {
		'/org/freedesktop/login1 org.freedesktop.login1.Manager ListSessions': fixture('sessions.json'),
		'/org/freedesktop/login1 org.freedesktop.login1.Manager ListInhibitors':
			fixture('inhibitors.json'),
		'/org/freedesktop/login1/session/_34 org.freedesktop.DBus.Properties GetAll s org.freedesktop.login1.Session':
			fixture('session-user.json'),
		'/org/freedesktop/login1/session/c1 org.freedesktop.DBus.Properties GetAll s org.freedesktop.login1.Session':
			fixture('session-greeter.json'),
		'/org/freedesktop/NetworkManager org.freedesktop.DBus.Properties Get ss org.freedesktop.NetworkManager Metered':
			noService,
		...changes,
	};
	return {
		busctl: ([system, json, timeout, call, , ...rest]) => {
			assert.equal(
				[system, json, timeout, call],
				['--system', '--json=short', '--timeout=10', 'call'],
			);
			const answer = answers[rest.join(' ')];
			if (typeof answer !== 'string') throw answer;
			return answer;
		},
		systemctl: () => ({status: 3, stdout: 'inactive\n', stderr: ''}),
	};
}

function failedCall(stderr: string): CommandFailed {
	return new CommandFailed(['busctl'], {status: 1, signal: undefined, stderr});
}

const noService = failedCall(fixture('no-service.txt'));
const listSessions = '/org/freedesktop/login1 org.freedesktop.login1.Manager ListSessions';
const alice =
	'/org/freedesktop/login1/session/_34 org.freedesktop.DBus.Properties GetAll s org.freedesktop.login1.Session';
const backup = {who: 'backup', why: 'Nightly backup'};

test('knows who is logged in', async () => {
	assert.equal(await readLogins(fakeSystem({}, bus())), {
		sessions: [{id: '4', user: 'alice'}],
		inhibitors: [backup],
	});
});

test('passes over who logs out meanwhile', async () => {
	const system = fakeSystem({}, bus({[alice]: failedCall(fixture('no-session.txt'))}));
	assert.equal(await readLogins(system), {sessions: [], inhibitors: [backup]});
});

test('knows of nobody where logind does not run', async () => {
	for (const name of ['no-service.txt', 'no-bus.txt']) {
		const system = fakeSystem({}, bus({[listSessions]: failedCall(fixture(name))}));
		assert.equal(await readLogins(system), {sessions: [], inhibitors: []});
		assert.is(system.commandLines().at(-1), 'systemctl is-active systemd-logind.service');
	}
});

test('does not know where logind runs and does not answer', async () => {
	for (const answer of [failedCall('Call failed: Connection timed out'), 'nonsense']) {
		const commands = {...bus({[listSessions]: answer}), systemctl: 'active\n'};
		assert.is(await readLogins(fakeSystem({}, commands)), undefined);
	}
});

const battery = (status: string, capacity: number) =>
	`POWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=${status}\nPOWER_SUPPLY_PRESENT=1\nPOWER_SUPPLY_CAPACITY=${capacity}\nPOWER_SUPPLY_CAPACITY_LEVEL=Normal\n`;
const mains = (online: number) =>
	`POWER_SUPPLY_NAME=AC\nPOWER_SUPPLY_TYPE=Mains\nPOWER_SUPPLY_ONLINE=${online}\n`;
const usb = (online: number) =>
	`DEVTYPE=power_supply\nPOWER_SUPPLY_TYPE=USB\nPOWER_SUPPLY_USB_TYPE=[C] PD\nPOWER_SUPPLY_ONLINE=${online}\n`;

const supplies: readonly (readonly [
	name: string,
	supplies: readonly string[],
	source: 'mains' | 'battery',
	batteryPercent: number | undefined,
])[] = [
	['a desktop', [], 'mains', undefined],
	['a desktop with ports that charge', [usb(0), usb(0)], 'mains', undefined],
	['a laptop that charges', [mains(1), battery('Charging', 20)], 'mains', 20],
	['one that charges over USB', [mains(0), usb(1), battery('Charging', 20)], 'mains', 20],
	['one that is full', [mains(1), battery('Not charging', 80)], 'mains', 80],
	['one that is unplugged', [mains(0), battery('Discharging', 61)], 'battery', 61],
	['two batteries', [battery('Discharging', 61), battery('Full', 100)], 'battery', 61],
	['mains that cannot keep up', [mains(1), battery('Discharging', 61)], 'mains', 61],
	[
		'the battery of a mouse',
		[`${battery('Discharging', 5)}POWER_SUPPLY_SCOPE=Device\n`],
		'mains',
		undefined,
	],
	[
		'an empty bay',
		[mains(1), battery('Unknown', 0).replace('PRESENT=1', 'PRESENT=0')],
		'mains',
		undefined,
	],
	[
		'a UPS in a power cut',
		['POWER_SUPPLY_TYPE=UPS\nPOWER_SUPPLY_STATUS=Discharging\nPOWER_SUPPLY_CAPACITY=90\n'],
		'battery',
		90,
	],
	[
		'nonsense',
		['POWER_SUPPLY_TYPE', '', '\0=\0', battery('Discharging', Number.NaN)],
		'battery',
		undefined,
	],
];
for (const [name, uevents, source, batteryPercent] of supplies)
	test(`runs on ${source} with ${name}`, () => {
		assert.equal(parsePower(uevents), {source, batteryPercent});
	});

test('reads power supplies where there are any', async ({root}) => {
	assert.equal(await readPower(root), {source: 'mains', batteryPercent: undefined});
	writeFiles(root, {
		'sys/class/power_supply/AC/uevent': mains(0),
		'sys/class/power_supply/BAT0/uevent': battery('Discharging', 33),
		'sys/class/power_supply/BAT1/type': 'Battery\n',
	});
	assert.equal(await readPower(root), {source: 'battery', batteryPercent: 33});
});

test('is metered when NetworkManager says or guesses so', () => {
	const metered = (data: number) =>
		parseMetered(fixture('property.json').replace('"t","data":5000000', `"u","data":${data}`));
	assert.equal([0, 1, 2, 3, 4].map(metered), [false, true, false, true, false]);
	assert.throws(
		() => parseMetered(fixture('property.json')),
		(error: unknown) => error instanceof DamagedInput,
	);
});

test('has its load for each processor', () => {
	assert.is(parseLoad('3.00 0.58 0.59 1/389 12345\n', 4), 0.75);
	assert.throws(
		() => parseLoad('', 4),
		(error: unknown) => error instanceof DamagedInput,
	);
});

test('has an ID, or says that it has none', async ({root}) => {
	writeFiles(root, {'etc/machine-id': '0123456789abcdef0123456789abcdef\n'});
	assert.is(await readMachineId(root), '0123456789abcdef0123456789abcdef');
	writeFiles(root, {'etc/machine-id': 'uninitialized\n'});
	await readMachineId(root).then(
		() => assert.unreachable('took it'),
		(error: unknown) => assert.instance(error, DamagedInput),
	);
});

test('is all of it', async ({root}) => {
	writeFiles(root, {'proc/loadavg': '0.00 0.58 0.59 1/389 12345\n'});
	const {timeZone, ...state} = await readMachineState(fakeSystem({}, bus()), root);
	assert.ok(isTimeZone(timeZone));
	assert.equal(state, {
		logins: {sessions: [{id: '4', user: 'alice'}], inhibitors: [backup]},
		power: {source: 'mains', batteryPercent: undefined},
		metered: false,
		load: 0,
	});
});

test('is in UTC where no zone is set', async ({root}) => {
	writeFiles(root, {'proc/loadavg': '0.00 0.58 0.59 1/389 12345\n'});
	const {TZ} = process.env;
	const found: string[] = [];
	try {
		for (const name of ['Europe/Berlin', 'Nowhere/Atlantis', '']) {
			process.env.TZ = name;
			found.push((await readMachineState(fakeSystem({}, bus()), root)).timeZone);
		}
	} finally {
		if (TZ === undefined) delete process.env.TZ;
		else process.env.TZ = TZ;
	}
	assert.equal(found, ['Europe/Berlin', 'UTC', 'UTC']);
});

test.run();
