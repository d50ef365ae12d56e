import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import {draftAnswers, emptyDraft} from '../../../../ui/tui/flow/draft.ts';
import {exitStatusOf} from '../../../../ui/tui/flow/exit-status.ts';
import {reduce} from '../../../../ui/tui/flow/reduce.ts';
import {screens} from '../../../../ui/tui/flow/screens/all.ts';
import type {Effect, FlowEvent, FlowState, QuestionScreen} from '../../../../ui/tui/flow/state.ts';
import {firstState} from '../../../../ui/tui/flow/state.ts';
import {disks, installed, key, machine} from '../fake-port.ts';
import {type Scene, scenes} from '../scenes.ts';

const test = suite('flow');

function scene(name: string): FlowState {
	const found: Scene | undefined = scenes[name];
	assert.ok(found, name);
	return found.state;
}

/** The state after events, and the effects of the last. */
function after(state: FlowState, ...events: readonly FlowEvent[]) {
	let effects: readonly Effect[] = [];
	let now = state;
	for (const event of events) ({state: now, effects} = reduce(now, event));
	return {state: now, effects};
}

const next: FlowEvent = {type: 'next'};
const back: FlowEvent = {type: 'back'};
const set = (id: keyof typeof emptyDraft, value: string): FlowEvent => ({type: 'set', id, value});

test('goes through the questions in order, and back without losing an answer', () => {
	const confirm = scene('confirm');
	let state = confirm;
	const seen: string[] = [];
	for (let steps = 0; steps < 9; steps++) {
		state = reduce(state, back).state;
		seen.push(state.screen);
	}
	assert.equal(seen, [
		'summary',
		'updates',
		'network',
		'account',
		'encryption',
		'system',
		'layout',
		'disk',
		'welcome',
	]);
	assert.equal(state.draft, confirm.draft);
	assert.is(reduce(state, back).state.screen, 'welcome');
});

/** What is wrong on a screen, by what is typed there. */
const problems: readonly (readonly [QuestionScreen, FlowEvent[], string | undefined])[] = [
	['disk', [set('disk', '')], 'Choose a disk.'],
	['disk', [set('disk', '/dev/gone')], '/dev/gone is not there any more; choose another disk.'],
	['disk', [set('disk', '/dev/sdb')], 'the system that runs here is on /dev/sdb'],
	['layout', [set('layout', 'free-space')], 'the largest gap is 21 MiB, 6.0 GiB are needed'],
	['layout', [set('layout', 'partition')], 'Choose the partition that makes room.'],
	['layout', [set('layout', 'partition'), set('replace', '1')], 'others boot from it'],
	['layout', [set('layout', 'partition'), set('replace', '3')], undefined],
	['encryption', [set('encryption', 'passphrase')], 'Give a passphrase.'],
	[
		'encryption',
		[set('encryption', 'passphrase'), set('passphrase', 'a'), set('passphraseAgain', 'b')],
		'The two passphrases differ.',
	],
	['encryption', [set('encryption', 'tpm2-pin')], 'Encryption: this machine has no TPM2.'],
	['account', [set('password', 'x')], 'Give the user a name.'],
	['account', [set('userName', 'root')], 'root is there already; name another user.'],
	['account', [set('userName', 'anna')], 'Give a password or a key.'],
	['account', [set('userName', 'anna'), set('password', 'x')], 'The two passwords differ.'],
	['account', [set('keySource', '/root/key.pub')], 'Add the key, or clear the field.'],
	[
		'account',
		[set('userName', 'anna'), set('keys', key), set('sudo', 'password')],
		'An administrator who is asked for a password needs one.',
	],
	['account', [set('userName', 'anna'), set('keys', key), set('sudo', 'none')], undefined],
	['account', [], undefined],
	[
		'system',
		[set('hostname', '-a')],
		'A host name has letters, digits and -, at most 64, in parts with dots between.',
	],
	['system', [set('timeZone', 'Mars/Base')], 'The image has no time zone Mars/Base.'],
	['network', [set('network', 'live')], undefined],
	['network', [set('network', 'static')], 'Give an address, such as 192.0.2.7/24.'],
	[
		'network',
		[set('network', 'static'), set('address', '192.0.2.7')],
		'192.0.2.7 is no address with its prefix, such as 192.0.2.7/24.',
	],
	[
		'network',
		[set('network', 'static'), set('address', '2001:db8::7/64'), set('dns', '9.9.9')],
		'9.9.9 is no address.',
	],
	['network', [set('authFile', 'auth.json')], 'The registry login is a file: give its whole path.'],
	[
		'updates',
		[set('updates', 'apply'), set('window', '2-5')],
		'A window is two times: 02:00-05:00.',
	],
	['updates', [set('updates', 'apply'), set('window', '02:00-05:00')], undefined],
];

test('says on each screen what is wrong, and stays there', () => {
	for (const [screen, events, problem] of problems) {
		const empty = {...emptyDraft, disk: '/dev/nvme0n1'};
		const {state} = after({...scene('account'), screen, draft: empty}, ...events, next);
		assert.is(state.message?.text, problem, JSON.stringify([screen, events]));
		assert.is(state.screen === screen, problem !== undefined, screen);
	}
});

test('does not go on where the machine will not do, or nothing is known of it', () => {
	assert.is(after(firstState, next).state.screen, 'welcome');
	const checks = [{name: 'Firmware', verdict: 'stop', text: 'none'}] as const;
	const {state} = after(firstState, {type: 'machine-read', machine: {...machine, checks}}, next);
	assert.equal([state.screen, state.message?.text], ['welcome', 'Firmware: none']);
});

test('makes an administrator only where the image has sudo', () => {
	const withoutSudo = 'the image has no sudo';
	const read = (facts: Partial<typeof machine>): FlowState =>
		after(firstState, {type: 'machine-read', machine: {...machine, ...facts}}).state;
	assert.is(read({}).draft.sudo, 'password');
	const without = read({withoutSudo});
	assert.is(without.draft.sudo, 'none');
	const named = [set('userName', 'anna'), set('keys', key)];
	const at = {...without, screen: 'account'} as const;
	assert.is(after(at, ...named, next).state.screen, 'network');
	const {state} = after(at, ...named, set('sudo', 'nopasswd'), next);
	assert.is(state.message?.text, 'Administrator: the image has no sudo.');
});

test('begins with the answers that were found', () => {
	const answers: Answers = {
		...noAnswers,
		system: {...noAnswers.system, hostname: 'kestrel'},
		updates: {mode: 'off', window: undefined},
	};
	const found = {answers, disk: '/dev/sda'};
	const read = (first: readonly FlowEvent[], last: readonly FlowEvent[]) =>
		after(firstState, ...first, {type: 'machine-read', machine: {...machine, found}}, ...last).state
			.draft;
	const listed = {type: 'disks-listed', disks} as const;
	for (const draft of [read([listed], []), read([], [listed])])
		assert.equal(draft, {
			...scene('welcome').draft,
			disk: '/dev/sda',
			hostname: 'kestrel',
			updates: 'off',
		});
});

test('takes a password that was found as a hash, until one is typed', () => {
	const found = {
		...scene('network').draft,
		password: '',
		passwordAgain: '',
		passwordHash: '$6$found',
	};
	const hashOf = (typed: Secret | undefined) =>
		draftAnswers(found, machine, typed).users[0]?.passwordHash?.reveal();
	assert.is(hashOf(undefined), '$6$found');
	assert.is(hashOf(new Secret('$6$typed')), '$6$typed');
	const at = {...scene('account'), draft: {...found, keys: '', sudo: 'password'}};
	assert.is(after(at, next).state.screen, 'network');
});

test('shows the recovery key as a QR code, and as text again', () => {
	const shown = after(scene('result-recovery-key'), {type: 'act', id: 'toggle-code'}).state;
	const {code, lines} = screens.result.view(shown);
	assert.equal(
		lines.map(({text}) => text),
		[code],
	);
	assert.equal(after(shown, {type: 'act', id: 'toggle-code'}).state, {
		...scene('result-recovery-key'),
		armed: undefined,
	});
	assert.is(screens.result.view({...scene('result'), showsCode: true}).code, undefined);
});

test('copies the network of a live system alone', () => {
	const container = {kind: 'container', name: undefined} as const;
	const facts = {...machine, surroundings: container};
	const at = {...scene('network'), machine: facts};
	const {state} = after(at, set('network', 'live'), next);
	assert.equal(
		[state.screen, state.message?.text],
		['network', 'Settings of the system that runs now: this is no live system.'],
	);
	const {draft} = after(scene('network'), set('network', 'live')).state;
	assert.equal(draftAnswers(draft, machine, undefined).network, {interfaces: [], copyLive: true});
});

test('chooses a disk for the person only when one alone will do', () => {
	const listed = (names: readonly string[]) =>
		after(firstState, {
			type: 'disks-listed',
			disks: disks.filter(({name}) => names.includes(name)),
		}).state.draft.disk;
	assert.is(listed(['sda', 'sdb']), '/dev/sda');
	assert.is(listed(['sda', 'nvme0n1']), '');
	assert.is(listed(['sdb']), '');
});

test('plans again after every change of an answer, and installs what was shown', () => {
	const summary = scene('summary');
	const changed = after(summary, back, set('updates', 'off'), next);
	assert.equal([changed.state.planned, changed.effects.length], [undefined, 1]);
	assert.is(changed.effects[0]?.type, 'plan');
	const {state, effects} = after(summary, next, set('confirmation', 'nvme0n1'), next);
	assert.equal(effects, [{...summary.planned, type: 'start'}]);
	assert.is(state.busy, 'Starting');
	// Nor twice, by a key that is pressed twice.
	assert.equal(after(state, next).effects, []);
});

test('installs only when the name of the disk was typed', () => {
	for (const typed of ['', 'sda', 'NVME0N1', 'nvme0n1 '])
		assert.equal(after(scene('confirm'), set('confirmation', typed), next).effects, [], typed);
});

test('leaves at the second Ctrl+C, and stops an installation at the second', () => {
	const quit: FlowEvent = {type: 'act', id: 'quit'};
	assert.equal(after(scene('disk'), quit).effects, []);
	assert.equal(after(scene('disk'), quit, quit).effects, [{type: 'quit'}]);
	assert.equal(after(scene('disk'), quit, set('disk', ''), quit).effects, []);
	const {state} = after(scene('progress'), quit);
	assert.is(state.message?.text, 'Once more stops the installation: the disk will not boot.');
	assert.equal(after(state, quit).effects, [{type: 'stop', run: state.run}]);
	assert.equal(after(scene('result'), quit).effects, [{type: 'quit'}]);
});

test('lets nobody leave who would not know what becomes of the disk', () => {
	const quit: FlowEvent = {type: 'act', id: 'quit'};
	const starting = after(scene('confirm'), set('confirmation', 'nvme0n1'), next).state;
	const text = 'The installation is being started; it can be stopped as soon as it is there.';
	for (const events of [
		[quit, quit],
		[quit, {type: 'disks-listed', disks} as const, quit],
		[back],
	]) {
		const {state, effects} = after(starting, ...events);
		assert.equal([state.screen, state.message?.text, effects], ['confirm', text, []]);
	}
	const failure = {message: 'the installation did not start', hint: undefined};
	const failed = after(starting, {type: 'not-started', failure}).state;
	assert.equal([failed.busy, failed.message?.text], [undefined, failure.message]);
	assert.equal(after(failed, quit, quit).effects, [{type: 'quit'}]);
});

test('has passwords typed by the keymap that the machine will have', () => {
	const chosen = after(scene('system'), set('keymap', 'de-latin1'), next);
	assert.is(chosen.state.screen, 'encryption');
	assert.equal(chosen.effects, [{type: 'load-keymap', keymap: 'de-latin1'}]);
	assert.equal(after(chosen.state, back, next).effects, []);
	const returned = after(chosen.state, back, set('keymap', 'us'), next);
	assert.equal(returned.effects, [{type: 'load-keymap', keymap: 'us'}]);
	assert.equal(after(scene('system'), next).effects, []);
});

test('leads on from a failure', () => {
	const {state, effects} = after(scene('error'), {type: 'act', id: 'retry'});
	assert.is(state.screen, 'summary');
	assert.equal(
		effects.map(({type}) => type),
		['plan', 'forget'],
	);
	const change = after(scene('error'), {type: 'act', id: 'change'});
	assert.equal([change.state.screen, change.state.draft], ['disk', scene('error').draft]);
});

test('takes other answers after an installation was stopped', () => {
	const quit: FlowEvent = {type: 'act', id: 'quit'};
	const stopping = after(scene('progress'), quit, quit).state;
	assert.is(stopping.busy, 'Stopping');
	const failed = scene('error').ending;
	assert.ok(failed);
	const ended = after(stopping, {type: 'run', event: {kind: 'ended', ending: failed}});
	assert.equal([ended.state.screen, ended.state.busy], ['error', undefined]);
	const {state} = after(ended.state, {type: 'act', id: 'change'}, next);
	assert.is(state.screen, 'layout');
	assert.is(
		after(state, quit).state.message?.text,
		'Once more leaves. The disk is not a finished installation.',
	);
});

test('offers to restart in a live system alone', () => {
	const actions = (name: string) => {
		const state = scene(name);
		return screens[state.screen].view(state).actions.map(({id}) => id);
	};
	const others = ['shell', 'save-answers', 'save-log', 'quit'];
	assert.equal(actions('result'), ['reboot', 'poweroff', ...others]);
	assert.equal(actions('result-in-container'), others);
});

test('ends with a status that says what came of it', () => {
	assert.is(exitStatusOf(scene('disk')), 130);
	assert.is(exitStatusOf(scene('result')), 0);
	assert.is(exitStatusOf(scene('error')), 1);
	assert.is(exitStatusOf(after(scene('progress'), {type: 'run', event: installed}).state), 0);
});

test('shows how the image has machines updated, and says what is to be otherwise', () => {
	for (const [image, chosen, said] of [
		['apply', undefined, undefined],
		['stage', undefined, undefined],
		['stage', 'apply', 'apply'],
		['check', undefined, undefined],
		['check', 'off', 'off'],
		['apply', 'stage', 'stage'],
	] as const) {
		const facts = {...machine, updates: image};
		const read = after(firstState, {type: 'machine-read', machine: facts}).state.draft;
		assert.is(read.updates, image);
		const draft = {...read, updates: chosen ?? read.updates};
		assert.is(draftAnswers(draft, facts, undefined).updates.mode, said, image);
	}
});

test('tells the installer what was said, and nothing that holds anyway', () => {
	const {draft} = scene('confirm');
	const answers = draftAnswers(draft, machine, new Secret('$6$x'));
	assert.equal(answers, {
		...noAnswers,
		disk: [{path: '/dev/nvme0n1', pick: 'only', removable: true}],
		storage: {...noAnswers.storage, layout: 'disk', wipe: true},
		users: [
			{
				name: 'anna',
				gecos: 'Anna Example',
				uid: undefined,
				gid: undefined,
				groups: [],
				shell: undefined,
				home: undefined,
				sudo: 'password',
				passwordHash: new Secret('$6$x'),
				sshKeys: [key],
			},
		],
	});
});

test('tells of a system that is installed anew what goes and what stays', () => {
	const draft = {...scene('confirm').draft, layout: 'reinstall'};
	const data = [{number: 3, mountPoint: '/var'}];
	const {storage} = draftAnswers(draft, machine, undefined, {root: 2, data});
	assert.equal(storage, {
		...noAnswers.storage,
		layout: 'partition',
		replace: [{number: 2}],
		partitions: [
			{
				mountPoint: '/var',
				existing: {partition: {number: 3}, format: false},
				size: undefined,
				fileSystem: undefined,
				label: undefined,
				options: [],
				encrypted: false,
			},
		],
	});
});

test.run();
