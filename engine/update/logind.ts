import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import {CommandFailed} from '../system/commands.ts';
import type {System} from '../system/system.ts';
import {printableText} from '../tree/printable.ts';
import {callBus, parseReply} from './bus.ts';

/** Somebody who is logged in. */
export interface Session {
	readonly id: string;
	readonly user: string;
}

/** Something that wants no reboot now. */
export interface Inhibitor {
	/** Who holds it, for people. */
	readonly who: string;
	readonly why: string;
}

export interface Logins {
	readonly sessions: readonly Session[];
	readonly inhibitors: readonly Inhibitor[];
}

const service = 'org.freedesktop.login1';
const manager = ['/org/freedesktop/login1', 'org.freedesktop.login1.Manager'] as const;
const sessionInterface = 'org.freedesktop.login1.Session';

const property = v.object({type: v.literal('s'), data: v.string()});
const sessionsReply = v.tuple([
	v.array(v.tuple([v.string(), v.number(), v.string(), v.string(), v.string()])),
]);
const inhibitorsReply = v.tuple([
	v.array(v.tuple([v.string(), v.string(), v.string(), v.string(), v.number(), v.number()])),
]);
const sessionReply = v.tuple([v.object({Name: property, Class: property, State: property})]);

/**
 * Who is logged in and what inhibits a reboot. Asked over D-Bus, whose interface logind keeps stable:
 * loginctl has JSON only in later versions, and lists sessions there without their state.
 * Undefined when logind does not answer although it should. Where it does not run, nobody is known.
 * @see org.freedesktop.login1(5)
 */
export async function readLogins(system: Pick<System, 'run'>): Promise<Logins | undefined> {
	try {
		const sessions: Session[] = [];
		for (const {id, path} of parseSessions(
			await callBus(system, service, ...manager, 'ListSessions'),
		)) {
			const session = await readSession(system, id, path);
			if (session !== undefined) sessions.push(session);
		}
		const inhibitors = await callBus(system, service, ...manager, 'ListInhibitors');
		return {sessions, inhibitors: parseInhibitors(inhibitors)};
	} catch (error) {
		if (!(error instanceof CommandFailed) && !(error instanceof DamagedInput)) throw error;
		return (await isLogindStopped(system)) ? {sessions: [], inhibitors: []} : undefined;
	}
}

/** @throws DamagedInput */
export function parseSessions(reply: string): {readonly id: string; readonly path: string}[] {
	const [sessions] = parseReply(reply, 'a(susso)', sessionsReply);
	return sessions.map(([id, , , , path]) => ({id, path}));
}

/**
 * Undefined for what is no person: a login screen, a timer's job, the service manager of a user; and
 * for who logged out and left programs behind.
 * @throws DamagedInput
 */
export function parseSession(reply: string, id: string): Session | undefined {
	const [{Name: name, Class, State: state}] = parseReply(reply, 'a{sv}', sessionReply);
	const isPerson = Class.data.startsWith('user') || Class.data === 'lock-screen';
	return isPerson && state.data !== 'closing' ? {id, user: printableText(name.data)} : undefined;
}

/**
 * Those that block, strongly or weakly, a reboot or being taken for idle. Others only ask for a delay,
 * which they get when the reboot comes.
 * @throws DamagedInput
 */
export function parseInhibitors(reply: string): Inhibitor[] {
	const [inhibitors] = parseReply(reply, 'a(ssssuu)', inhibitorsReply);
	return inhibitors
		.filter(([what, , , mode]) => mode.startsWith('block') && /\b(shutdown|idle)\b/.test(what))
		.map(([, who, why]) => ({who: printableText(who), why: printableText(why)}));
}

async function readSession(
	system: Pick<System, 'run'>,
	id: string,
	path: string,
): Promise<Session | undefined> {
	const args = [path, 'org.freedesktop.DBus.Properties', 'GetAll', 's', sessionInterface] as const;
	try {
		return parseSession(await callBus(system, service, ...args), id);
	} catch (error) {
		// One that has ended since it was listed.
		if (error instanceof CommandFailed && error.stderr.includes('Unknown object')) return undefined;
		throw error;
	}
}

/** systemctl tells by its status too, and 3 and 4 mean that it does not run. */
async function isLogindStopped(system: Pick<System, 'run'>): Promise<boolean> {
	const {stdout} = await system.run('systemctl', ['is-active', 'systemd-logind.service'], {
		okStatuses: [0, 1, 3, 4],
	});
	return ['inactive', 'failed', 'unknown'].includes(stdout.trim());
}
