/**
 * How the physical root is encrypted. That it is, everybody sees; what opens it is in the LUKS header, which
 * root alone reads, and notes for everybody at boot.
 */
import {readdir, realpath} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {Lacking} from '../errors.ts';
import {readStateFile, stateVersion} from '../state-file.ts';
import {replaceFile} from '../system/durable-file.ts';
import {parseMountinfo} from '../system/mount-points.ts';
import {readText} from '../system/read-text.ts';
import type {System} from '../system/system.ts';
import {parseUnlockMethods} from './luks-header.ts';
import type {UnlockMethod} from './unlock-method.ts';

export interface RootEncryption {
	readonly type: 'luks2';
	/** Null when root has not noted it in this boot. */
	readonly unlockedBy: readonly UnlockMethod[] | null;
}

/** The recovery key of a root that was encrypted at its first boot, until somebody takes it elsewhere. */
export const keptRecoveryKey = '/var/lib/slipway/recovery-key';

export const rootEncryptionFile = '/run/slipway/root-encryption.json';

const schema = v.object({
	version: v.literal(stateVersion),
	unlockedBy: v.array(
		v.variant('kind', [
			v.object({kind: v.literal('passphrase')}),
			v.object({kind: v.literal('recovery-key')}),
			v.object({kind: v.literal('tpm2'), pcrs: v.array(v.number()), pin: v.boolean()}),
			v.object({kind: v.literal('other'), name: v.string()}),
		]),
	),
});

/** Undefined when the root is not encrypted. @param root what stands before all paths; for tests */
export async function readRootEncryption(
	physicalRoot: string,
	root = '/',
): Promise<RootEncryption | undefined> {
	if ((await luksDevice(physicalRoot, root)) === undefined) return undefined;
	const {content} = await readStateFile(path.join(root, rootEncryptionFile), schema);
	return {type: 'luks2', unlockedBy: content?.unlockedBy ?? null};
}

/** Call it as root at boot. Does nothing where the root is not encrypted, or cryptsetup is not there. */
export async function recordRootEncryption(
	system: Pick<System, 'run'>,
	physicalRoot: string,
	root = '/',
): Promise<void> {
	const device = await luksDevice(physicalRoot, root);
	if (device === undefined) return;
	try {
		const {stdout} = await system.run('cryptsetup', ['luksDump', '--dump-json-metadata', device]);
		const record = {version: stateVersion, unlockedBy: parseUnlockMethods(stdout)};
		const file = path.join(root, rootEncryptionFile);
		await replaceFile(file, `${JSON.stringify(record)}\n`, {mode: 0o644});
	} catch (error) {
		if (!(error instanceof Lacking)) throw error;
	}
}

/** Path of what the header of an encrypted root is on. */
async function luksDevice(physicalRoot: string, root: string): Promise<string | undefined> {
	const mountinfo = (await readText(path.join(root, '/proc/self/mountinfo'))) ?? '';
	const mount = parseMountinfo(mountinfo).find((one) => one.path === physicalRoot);
	if (mount === undefined) return undefined;
	const name = path.basename(await kernelPath(path.join(root, mount.source)));
	const folder = path.join(root, 'sys/class/block', name);
	const uuid = (await readText(path.join(folder, 'dm/uuid'))) ?? '';
	if (!uuid.startsWith('CRYPT-LUKS2-')) return undefined;
	const [below] = await readdir(path.join(folder, 'slaves'));
	return below === undefined ? undefined : `/dev/${below}`;
}

/** What is in /dev/mapper are links to what the kernel calls dm-0. */
async function kernelPath(source: string): Promise<string> {
	try {
		return await realpath(source);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return source;
		throw error;
	}
}
