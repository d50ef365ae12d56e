import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type EngineError, Lacking} from '../../engine/errors.ts';
import {programsOfDrivers} from '../../engine/preflight/boot-programs.ts';
import {
	type BootNeeds,
	type EarlyBoot,
	findBootProblems,
} from '../../engine/preflight/missing-drivers.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import {MiB} from '../disk/size.ts';
import {hasTpm2} from '../machine/hardware.ts';
import {scratchFolder} from '../scratch.ts';
import {deviceMapperEnvironment, keySize, plainArguments} from './cryptsetup.ts';
import type {EncryptionPlan} from './encryption-plan.ts';

/**
 * All that keeps this machine from encrypting, or the image from unlocking: nothing is written for it but a
 * file of its own. Programs are looked for elsewhere.
 * @param early undefined when nobody can look into the initramfs: what is needed may be there
 */
export async function findEncryptionProblems(
	system: System,
	plan: EncryptionPlan,
	early: EarlyBoot | undefined,
): Promise<EngineError[]> {
	const ofKernel = await tryEncrypting(system, plan.cipher);
	return [
		...(early === undefined ? [] : findBootProblems(needsOf(plan), early)),
		...(usesTpm2(plan) && !hasTpm2() ? [lackingTpm2()] : []),
		...(ofKernel === undefined ? [] : [ofKernel]),
	];
}

const usesTpm2 = ({unlockedBy}: EncryptionPlan): boolean =>
	unlockedBy.some(({kind}) => kind === 'tpm2');

/** What the initramfs must have to unlock it. */
export function needsOf(plan: EncryptionPlan): BootNeeds {
	const drivers = [{module: 'dm_crypt', purpose: 'the encryption of the root'}];
	const tpm2 = {program: 'tpm2', purpose: 'its TPM2, which is to unlock the root'} as const;
	return {drivers, programs: [...programsOfDrivers(drivers), ...(usesTpm2(plan) ? [tpm2] : [])]};
}

function lackingTpm2(): Lacking {
	return new Lacking('no-tpm2', 'there is no TPM2 here that could unlock the root', {
		hint: 'Switch it on in the setup of the machine, or choose a passphrase.',
	});
}

const trialSize = MiB;

/** Encrypts an empty file: the kernel loads what it needs for that, if it has it. */
async function tryEncrypting(system: System, cipher: string): Promise<Lacking | undefined> {
	const cryptsetup = (args: readonly string[], input?: Uint8Array) =>
		system.run('cryptsetup', args, {env: deviceMapperEnvironment, ...(input && {input})});
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-trial-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	const file = path.join(folder, 'empty');
	writeFileSync(file, '');
	truncateSync(file, trialSize);
	const name = path.basename(folder);
	try {
		const device = system.attachLoop(file);
		cleanup.defer(() => system.detachLoop(device));
		const key = Buffer.alloc(keySize(cipher) / 8);
		await cryptsetup(plainArguments(device, name, cipher), key);
		await cryptsetup(['close', name]);
		return undefined;
	} catch (cause) {
		if (!(cause instanceof CommandFailed || cause instanceof KernelCallFailed)) throw cause;
		const reason =
			cause instanceof CommandFailed ? cause.stderr.trim().split('\n')[0] : cause.message;
		return new Lacking('cannot-encrypt', `${cipher} cannot be used here: ${reason}`, {
			hint: 'Run as root, in a container with --privileged, on a kernel with dm-crypt; or install from a live system of the image.',
			cause,
		});
	}
}
