import type {KernelArgument} from '../../engine/boot/kernel-argument.ts';
import type {EngineError} from '../../engine/errors.ts';
import type {EarlyBoot} from '../../engine/preflight/missing-drivers.ts';
import type {System} from '../../engine/system/system.ts';
import type {ReadContents} from '../bootstrap/source-contents.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import type {InstallOptions} from '../install-options.ts';
import type {PlanWarning} from '../plan.ts';
import type {RootVolume} from '../root-volume.ts';
import {findEncryptionProblems} from './check-encryption.ts';
import {encryptedRoot} from './encrypted-root.ts';
import {type EncryptionPlan, encryptionArguments, planEncryption} from './encryption-plan.ts';
import {checkRecoveryKey} from './recovery-key.ts';
import {encryptionSecrets} from './secrets.ts';

/** All about an encrypted root that is decided before the disk is looked at. */
export interface PreparedEncryption {
	readonly plan: EncryptionPlan;
	readonly kernelArguments: readonly KernelArgument[];
	/** Whoever finds some does not install. */
	readonly problems: readonly EngineError[];
	readonly warnings: readonly PlanWarning[];
	volumeOn(disk: DiskTarget): RootVolume;
}

/**
 * Undefined when the answers want none.
 * @throws UsageError for what the answers say of it
 */
export async function prepareEncryption(
	system: System,
	{answers, showsRecoveryKey, dryRun}: InstallOptions,
	contents: ReadContents,
	seed: string,
	readEarly: () => Promise<EarlyBoot | undefined>,
): Promise<PreparedEncryption | undefined> {
	const {storage} = answers;
	const plan = planEncryption(storage, seed);
	if (plan === undefined) return undefined;
	const {secrets, problems} = encryptionSecrets(storage, contents);
	const recoveryKey = checkRecoveryKey(plan, showsRecoveryKey || dryRun);
	return {
		plan,
		kernelArguments: encryptionArguments(plan, answers.system.keymap),
		problems: [
			...problems,
			...recoveryKey.problems,
			...(await findEncryptionProblems(system, plan, await readEarly())),
		],
		warnings: recoveryKey.warnings,
		volumeOn: (disk) => encryptedRoot(system, disk, plan, secrets),
	};
}
