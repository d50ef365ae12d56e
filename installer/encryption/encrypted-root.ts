import {randomBytes} from 'node:crypto';
import {OperationFailed} from '../../engine/errors.ts';
import type {CommandResult, System} from '../../engine/system/system.ts';
import {Secret} from '../answers/secret.ts';
import {partitionLoop} from '../disk/file-system.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import type {RootVolume} from '../root-volume.ts';
import {
	addPassphraseArguments,
	deviceMapperEnvironment,
	formatArguments,
	luksSectorSize,
	openArguments,
	recoveryKeyArguments,
	removeFirstKeyArguments,
	tpm2Arguments,
} from './cryptsetup.ts';
import {type EncryptionPlan, luksHeaderSize} from './encryption-plan.ts';
import {type KeyFolder, openKeyFolder} from './key-folder.ts';
import type {EncryptionSecrets} from './secrets.ts';

/**
 * A root with LUKS2. Its header is finished when it is open: all that may unlock it is in there, and the key
 * of the installation no more. Killed at any time, nothing of it stays open: the kernel takes it down with
 * this process.
 */
export function encryptedRoot(
	system: System,
	disk: DiskTarget,
	plan: EncryptionPlan,
	secrets: EncryptionSecrets,
): RootVolume {
	// By its own name, so that another installation, or the machine that runs here, is not in its way.
	const name = `slipway-install-${plan.uuid.slice(0, 8)}`;
	const path = `/dev/mapper/${name}`;
	return {
		target: {path, sectorSize: luksSectorSize},
		placeOf: (root) => ({...root, start: 0, size: root.size - luksHeaderSize}),
		async open(root, report) {
			report({type: 'step', step: 'encrypt', title: 'Encrypting the root'});
			await using cleanup = new AsyncDisposableStack();
			const loop = {...partitionLoop(disk, root), directIo: true};
			const device = system.attachLoop(disk.path, loop);
			cleanup.defer(() => system.detachLoop(device));
			using keys = openKeyFolder(system);
			const key = keys.put('installation', new Secret(randomBytes(32).toString('hex')));
			await system.run('cryptsetup', formatArguments(plan, device, key));
			await openMapping(system, cleanup, {device, name, path, key});
			const recoveryKey = await enroll(system, plan, secrets, {device, keys, key});
			const recoveryFile = keys.put('recovery', recoveryKey);
			await system.run('cryptsetup', removeFirstKeyArguments(device, recoveryFile));
			const opened = cleanup.move();
			report({type: 'done', step: 'encrypt'});
			return {recoveryKey, [Symbol.asyncDispose]: () => opened.disposeAsync()};
		},
	};
}

interface Mapping {
	readonly device: string;
	readonly name: string;
	readonly path: string;
	readonly key: string;
}

/** From the moment on that it is held, it goes with whoever holds it. */
async function openMapping(
	system: System,
	cleanup: AsyncDisposableStack,
	{device, name, path, key}: Mapping,
): Promise<void> {
	const cryptsetup = (...args: readonly string[]): Promise<CommandResult> =>
		system.run('cryptsetup', args, {env: deviceMapperEnvironment});
	await cryptsetup(...openArguments(device, name, key));
	cleanup.defer(async () => {
		await cryptsetup('close', name);
	});
	const hold = system.holdDevice(path);
	cleanup.defer(() => hold.release());
	await cryptsetup('close', '--deferred', name);
	// libdevmapper takes the node away at once, although the device stays.
	hold.restoreNode();
	cleanup.defer(async () => {
		system.flushDevice(path);
		await cryptsetup('close', '--cancel-deferred', name);
	});
}

interface Enrolment {
	readonly device: string;
	readonly keys: KeyFolder;
	/** File of the key that opens it now. */
	readonly key: string;
}

/** Puts in all that unlocks it. @returns the recovery key */
async function enroll(
	system: System,
	{unlockedBy, keyDerivation: derivation}: EncryptionPlan,
	{passphrase, pin}: EncryptionSecrets,
	{device, keys, key}: Enrolment,
): Promise<Secret> {
	for (const method of unlockedBy) {
		if (method.kind === 'tpm2') {
			// By the name that systemd-cryptenroll looks for.
			if (pin !== undefined) keys.put('cryptenroll.new-tpm2-pin', pin);
			await system.run('systemd-cryptenroll', tpm2Arguments(device, key, method), {
				env: {CREDENTIALS_DIRECTORY: keys.path},
			});
		} else if (passphrase !== undefined) {
			const passphraseFile = keys.put('passphrase', passphrase);
			await system.run(
				'cryptsetup',
				addPassphraseArguments(device, key, {passphraseFile, derivation}),
			);
		}
	}
	const {stdout} = await system.run('systemd-cryptenroll', recoveryKeyArguments(device, key));
	const recoveryKey = stdout.trim();
	if (!/^[a-z]{8}(-[a-z]{8}){7}$/.test(recoveryKey))
		throw new OperationFailed('no-recovery-key', 'systemd-cryptenroll gave no recovery key', {
			hint: 'Report this, with the version of systemd in the image.',
		});
	return new Secret(recoveryKey);
}
