import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import {decideFound, type FoundRequest} from '../../../installer/found/decide-found.ts';
import {
	lockConsoles,
	noteUnattendedRun,
	readUnattendedRun,
} from '../../../installer/found/unattended-run.ts';
import {readMachineIdentity} from '../../../installer/machine/machine-identity.ts';

const test = suite('configuration that was found');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-found-'));
test.after(() => rmSync(folder, {recursive: true}));

const none = {kernelArgument: false, embedded: false};
const machine = {serial: 'S1', dmiUuid: undefined, macs: ['52:54:00:12:34:56']};

function decide(text: string, changes: Partial<FoundRequest> = {}): string {
	const reading = readConfig(`version = 1\nstorage.wipe = true\n${text}`, 'a.toml');
	const decision = decideFound({reading, origin: 'found', permits: none, machine, ...changes});
	return decision.kind === 'install' ? 'install' : decision.why;
}

const notNamed = 'the configuration was found, not named, and';
const cases: readonly [name: string, said: string, expected: string][] = [
	['without a permit', decide(''), `${notNamed} names no machine`],
	['without a permit that wipes nothing', decide(''), `${notNamed} names no machine`],
	['for another machine', decide('arm = [{serial = "S2"}]'), `${notNamed} is for other machines`],
	['for this machine', decide('arm = [{mac = "52:54:00:12:34:56"}]'), 'install'],
	['by the kernel argument', decide('', {permits: {...none, kernelArgument: true}}), 'install'],
	['by who made the image', decide('', {permits: {...none, embedded: true}}), 'install'],
	['that was named', decide('', {origin: 'named'}), 'install'],
	[
		'that wants to be asked',
		decide('unattended = false', {origin: 'named'}),
		'it says unattended = false',
	],
	[
		'with keys for later',
		decide('boot.timeout = 5', {origin: 'named'}),
		'slipway cannot install with these yet: boot.timeout',
	],
	[
		'with mistakes',
		decide('unatended = true\nstorage.layout = "disc"', {origin: 'named'}),
		'a.toml:3:1: unatended is unknown, expected a key that is known; did you mean unattended?, and 1 more',
	],
];

for (const [name, said, expected] of cases)
	test(name, () => {
		assert.is(said, expected);
	});

test('gives what it says to the questions, unless it has mistakes', () => {
	const answersOf = (text: string) => {
		const reading = readConfig(`version = 1\n${text}`, 'a.toml');
		const decision = decideFound({reading, origin: 'found', permits: none, machine});
		return decision.kind === 'ask' ? decision.answers : undefined;
	};
	for (const text of ['', 'unattended = false\n', 'boot.timeout = 5\n'])
		assert.is(answersOf(`${text}system.hostname = "kestrel"`)?.system.hostname, 'kestrel', text);
	assert.is(answersOf('system.hostname = "kestrel"\nstorage.layout = "disc"'), undefined);
});

test('knows the machine by what the firmware and its interfaces say', () => {
	const files = {
		'dmi/id/product_serial': ' S1\n',
		'dmi/id/product_uuid': '',
		'net/eth0/address': '52:54:00:00:00:01\n',
		'net/eth0/device/uevent': '',
		'net/bridge0/address': '52:54:00:00:00:02\n',
	};
	for (const [name, text] of Object.entries(files)) {
		const file = path.join(folder, 'sys/class', name);
		mkdirSync(path.dirname(file), {recursive: true});
		writeFileSync(file, text);
	}
	assert.equal(readMachineIdentity(folder), {
		serial: 'S1',
		dmiUuid: undefined,
		macs: ['52:54:00:00:00:01'],
	});
	assert.equal(readMachineIdentity('/no/such'), {serial: undefined, dmiUuid: undefined, macs: []});
});

test('is begun once, and the other consoles know what comes after it', async () => {
	const runs = path.join(folder, 'runs');
	const system = fakeSystem();
	using _lock = await lockConsoles(system, new AbortController().signal, runs);
	assert.is(await readUnattendedRun(runs), undefined);
	const finish = {action: 'reboot', onFailure: undefined, eject: true} as const;
	await noteUnattendedRun({...noAnswers, finish}, runs);
	assert.equal(await readUnattendedRun(runs), {version: 1, action: 'reboot', showsCode: true});
	assert.is(system.calls[0]?.args[0], path.join(runs, 'consoles'));
});

test.run();
