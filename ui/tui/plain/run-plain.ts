/** The same questions line by line: for screen readers, for terminals that can only print, for pipes. */
import {once} from 'node:events';
import type {Readable} from 'node:stream';
import {logDisplay} from '../../cli/progress/displays.ts';
import {exitStatusOf} from '../flow/exit-status.ts';
import {isQuestion} from '../flow/move.ts';
import {screens} from '../flow/screens/all.ts';
import {Session} from '../flow/session.ts';
import type {ActionId, FlowState} from '../flow/state.ts';
import type {ScreenView} from '../flow/view.ts';
import type {InstallerPort} from '../port.ts';
import {
	askField,
	type PlainCommand,
	type PlainTerminal,
	plainText,
	shownLine,
} from './ask-field.ts';
import {lineReader} from './line-reader.ts';

interface PlainStreams {
	readonly input: Readable;
	readonly output: {write(text: string): unknown};
}

/** Asks, installs and tells, until the person leaves or the input ends. @returns the exit status */
export async function runPlain(
	port: InstallerPort,
	{input, output}: PlainStreams,
	signal: AbortSignal,
): Promise<number> {
	const reader = lineReader(input);
	const left = new AbortController();
	const session = new Session(port, {lendTerminal: (use) => use(), quit: () => left.abort()});
	const write = (text: string): void => {
		output.write(text);
	};
	const over = AbortSignal.any([left.signal, signal]);
	try {
		const isOver = once(over, 'abort');
		await Promise.race([isOver, converse(session, {reader, write}, over)]);
		return exitStatusOf(session.state);
	} finally {
		session.end();
		reader.close();
	}
}

const introduction =
	'Enter keeps what is in brackets. :back goes back, :quit leaves, :shell opens a shell.\n';

async function converse(
	session: Session,
	terminal: PlainTerminal,
	over: AbortSignal,
): Promise<void> {
	logProgress(session, terminal);
	session.begin();
	await session.settled();
	terminal.write(introduction);
	while (!over.aborted) {
		const {state} = session;
		if (state.screen === 'progress') await installationEnded(session);
		else if (isQuestion(state.screen)) await askScreen(session, terminal);
		else await askAction(session, terminal);
	}
}

function viewOf(state: FlowState): ScreenView {
	return screens[state.screen].view(state);
}

/** One screen from top to bottom. Answers may bring further questions, and take some away. */
async function askScreen(session: Session, terminal: PlainTerminal): Promise<void> {
	const {screen} = session.state;
	const view = viewOf(session.state);
	terminal.write(`\n${view.title}\n${'-'.repeat(view.title.length)}\n`);
	for (const line of view.lines) terminal.write(shownLine(line));
	const asked = new Set<string>();
	for (;;) {
		const field = viewOf(session.state).fields.find(({id}) => !asked.has(id));
		if (field === undefined) break;
		asked.add(field.id);
		// What was typed for a key is one; asking again whether to add it helps nobody.
		if (field.kind === 'button' && field.id === 'add-keys') {
			if (session.state.draft.keySource !== '') await act(session, terminal, 'add-keys');
			continue;
		}
		const answer = await askField(field, terminal);
		if (answer.kind === 'command') return await obey(session, answer.command);
		for (const event of answer.events) session.dispatch(event);
		await session.settled();
	}
	for (const line of viewOf(session.state).notes) terminal.write(shownLine(line));
	await goOn(session, terminal, screen);
}

async function goOn(
	session: Session,
	terminal: PlainTerminal,
	screen: FlowState['screen'],
): Promise<void> {
	const {next, fields} = viewOf(session.state);
	if (next !== undefined && fields.length === 0) {
		terminal.write(`Enter: ${next.toLowerCase()}. :back, :quit: `);
		const line = await terminal.reader.readLine();
		if (line === undefined || line.trim() === ':quit') return await obey(session, 'quit');
		if (line.trim() === ':back') return await obey(session, 'back');
	}
	session.dispatch({type: 'next'});
	await session.settled();
	tellMessage(session, terminal);
	// A summary that cannot be gone on from is left by going back.
	if (session.state.screen === screen && screen === 'summary') await obey(session, 'back');
}

function tellMessage({state}: Session, terminal: PlainTerminal): void {
	const {message} = state;
	if (message === undefined) return;
	terminal.write(shownLine({text: message.text, tone: message.kind === 'error' ? 'bad' : 'plain'}));
}

async function obey(session: Session, command: PlainCommand): Promise<void> {
	if (command === 'back') session.dispatch({type: 'back'});
	else if (command === 'shell') session.dispatch({type: 'act', id: 'shell'});
	// Who has typed the word needs not be asked again.
	else for (let times = 0; times < 2; times++) session.dispatch({type: 'act', id: 'quit'});
	await session.settled();
}

async function act(session: Session, terminal: PlainTerminal, id: ActionId): Promise<void> {
	session.dispatch({type: 'act', id});
	await session.settled();
	tellMessage(session, terminal);
}

/** The log of an installation that goes on, and of one that begins. */
function logProgress(session: Session, {write}: PlainTerminal): void {
	// The log of a terminal has signs that not every one shows.
	const display = logDisplay((text) => write(text.split('\n').map(plainText).join('\n')));
	session.onChange((event) => {
		if (event.type === 'tick') display.tick(event.at);
		if (event.type !== 'run') return;
		if (event.event.kind === 'progress') display.show(event.event.event, event.event.at);
		else display.close();
	});
}

async function installationEnded(session: Session): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const check = (): void => {
		if (session.state.screen !== 'progress') resolve();
	};
	const stop = session.onChange(check);
	check();
	await promise;
	stop();
}

/** What can be done at the end. */
async function askAction(session: Session, terminal: PlainTerminal): Promise<void> {
	const view = viewOf(session.state);
	// Who is read to has no use for a picture.
	const actions = view.actions.filter(({id}) => id !== 'toggle-code');
	terminal.write(`\n${view.title}\n${'-'.repeat(view.title.length)}\n`);
	for (const line of view.lines) terminal.write(shownLine(line));
	for (const {key, label} of actions) terminal.write(`  ${key}  ${label}\n`);
	terminal.write('Letter: ');
	const line = await terminal.reader.readLine();
	// No more input: nobody can be asked, and what was to be shown was shown.
	const id = line === undefined ? 'quit' : actions.find(({key}) => key === line.trim())?.id;
	if (id !== undefined) await act(session, terminal, id);
}
