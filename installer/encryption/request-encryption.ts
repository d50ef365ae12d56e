import {open} from 'node:fs/promises';
import {keptRecoveryKey} from '../../engine/deployment/root-encryption.ts';
import {type EarlyBoot, findBootProblems} from '../../engine/preflight/missing-drivers.ts';
import type {Answers} from '../answers/answers.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import type {RootVolume} from '../root-volume.ts';
import {needsOf} from './check-encryption.ts';
import {
	type EncryptionPlan,
	encryptionArguments,
	luksHeaderSize,
	planEncryption,
} from './encryption-plan.ts';
import {encryptionRequest, requestOffset} from './encryption-request.ts';
import type {PreparedEncryption} from './prepare-encryption.ts';

/**
 * What {@link prepareEncryption} does, for a disk that is encrypted by the machine that starts from it first: with
 * a volume key of its own, its own TPM2 and a recovery key that it makes. Nothing secret is on the disk before.
 * @throws UsageError for what the answers say of it
 */
export async function requestEncryption(
	{storage, system}: Pick<Answers, 'storage' | 'system'>,
	seed: string,
	readEarly: () => Promise<EarlyBoot | undefined>,
): Promise<PreparedEncryption | undefined> {
	const planned = planEncryption(storage, seed);
	if (planned === undefined) return undefined;
	const plan: EncryptionPlan = {
		...planned,
		recoveryKey: {kind: 'made-at-first-boot', path: keptRecoveryKey},
	};
	const early = await readEarly();
	return {
		plan,
		kernelArguments: encryptionArguments(plan, system.keymap),
		problems: early === undefined ? [] : findBootProblems(needsAtFirstBoot(plan), early),
		warnings: [],
		volumeOn: (disk) => rootToEncrypt(disk, plan),
	};
}

function needsAtFirstBoot(plan: EncryptionPlan) {
	const {drivers, programs} = needsOf(plan);
	const purpose = 'the encryption of the root at the first boot';
	const first = (['cryptsetup', 'enrolling', 'sealing'] as const).map((program) => ({
		program,
		purpose,
	}));
	return {drivers, programs: [...programs, ...first]};
}

/** A root with a request in front of its file system. */
export function rootToEncrypt(disk: DiskTarget, plan: EncryptionPlan): RootVolume {
	return {
		target: disk,
		placeOf: (root) => ({
			...root,
			start: root.start + luksHeaderSize,
			size: root.size - luksHeaderSize,
		}),
		async open({start}) {
			await using file = await open(disk.path, 'r+');
			await file.write(encryptionRequest(plan), 0, undefined, start + requestOffset);
			return {recoveryKey: undefined, async [Symbol.asyncDispose]() {}};
		},
	};
}
