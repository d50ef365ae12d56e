import {readFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import {CommandFailed} from '../system/commands.ts';
import type {System} from '../system/system.ts';
import {callBus, parseReply} from './bus.ts';
import {type Logins, readLogins} from './logind.ts';
import {type Power, readPower} from './power.ts';
import {isTimeZone} from './wall-clock.ts';

/** What a machine does now, as far as it speaks for or against an update. */
export interface MachineState {
	/** Undefined when it cannot be found out. */
	readonly logins: Logins | undefined;
	readonly power: Power;
	readonly metered: boolean;
	/** Load average of the last minute, for each processor. */
	readonly load: number;
	/** IANA name of the machine's own zone. */
	readonly timeZone: string;
}

/** @param root what stands before all paths */
export async function readMachineState(
	system: Pick<System, 'run'>,
	root = '/',
): Promise<MachineState> {
	return {
		logins: await readLogins(system),
		power: await readPower(root),
		metered: await readMetered(system),
		load: parseLoad(
			await readFile(path.join(root, '/proc/loadavg'), 'utf8'),
			availableParallelism(),
		),
		timeZone: ownTimeZone(),
	};
}

/** UTC where none is set, as for all other programs. */
function ownTimeZone(): string {
	// Undefined, or a name that nobody takes, when TZ is nonsense.
	const name: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
	return name !== undefined && isTimeZone(name) ? name : 'UTC';
}

/**
 * The ID of the machine.
 * @throws DamagedInput when it has none yet
 * @see machine-id(5)
 */
export async function readMachineId(root = '/'): Promise<string> {
	const file = path.join(root, '/etc/machine-id');
	const id = (await readFile(file, 'utf8')).trim();
	if (!/^[0-9a-f]{32}$/.test(id)) throw new DamagedInput(`${file} has no machine ID`);
	return id;
}

/** @see proc_loadavg(5) */
export function parseLoad(loadavg: string, processors: number): number {
	const load = Number.parseFloat(loadavg);
	if (!Number.isFinite(load)) throw new DamagedInput(`/proc/loadavg is ${JSON.stringify(loadavg)}`);
	return load / processors;
}

const yes = 1;
const guessedYes = 3;
const meteredReply = v.tuple([v.object({type: v.literal('u'), data: v.number()})]);

/**
 * Whether NetworkManager says, or guesses, that the network costs by volume; others do not know.
 * @throws DamagedInput
 * @see https://networkmanager.dev/docs/api/latest/nm-dbus-types.html#NMMetered
 */
export function parseMetered(reply: string): boolean {
	const [{data}] = parseReply(reply, 'v', meteredReply);
	return data === yes || data === guessedYes;
}

async function readMetered(system: Pick<System, 'run'>): Promise<boolean> {
	const service = 'org.freedesktop.NetworkManager';
	const get = ['org.freedesktop.DBus.Properties', 'Get', 'ss', service, 'Metered'] as const;
	try {
		return parseMetered(await callBus(system, service, '/org/freedesktop/NetworkManager', ...get));
	} catch (error) {
		if (error instanceof CommandFailed || error instanceof DamagedInput) return false;
		throw error;
	}
}
