import type {Answers, DiskSelector} from '../answers/answers.ts';
import type {InstallOptions} from '../install-options.ts';
import {mayWipe, type WipeRequest} from './arming.ts';
import {refuseUnsupported} from './unsupported-answers.ts';

/** What the command line says; it goes before a configuration. */
export type GivenOptions = Pick<
	InstallOptions,
	'wipe' | 'targetImage' | 'rootFileSystem' | 'firmware' | 'kernelArguments' | 'showsRecoveryKey'
>;

export interface ConfiguredOptions
	extends Omit<InstallOptions, 'disk' | 'mirror' | 'dryRun' | 'signal'> {
	/** What the disk is selected by when none is named. */
	readonly selectors: readonly DiskSelector[];
}

/**
 * What an installation does that a configuration and a command line ask for together.
 * @throws Refused `cannot-yet` for all of the configuration that no installation heeds
 */
export function configuredOptions(
	given: GivenOptions,
	answers: Answers,
	request: Omit<WipeRequest, 'arm'>,
): ConfiguredOptions {
	refuseUnsupported(answers);
	const {disk, storage, image, boot, arm} = answers;
	const {mayWipe: mayReplace} = mayWipe({...request, arm});
	const isArmed = storage.wipe === true && mayReplace;
	return {
		...given,
		selectors: disk ?? [{pick: 'only'}],
		wipe: given.wipe || isArmed,
		mayReplace,
		targetImage: given.targetImage ?? image.target,
		rootFileSystem: given.rootFileSystem ?? storage.fileSystem,
		espSize: storage.espSize,
		...firmwareOf(given.firmware ?? boot.firmware),
		configKernelArguments: boot.kernelArguments,
		answers,
	};
}

/** Nothing when nobody says: it is then for the machine to tell. */
function firmwareOf(firmware: InstallOptions['firmware']): Pick<InstallOptions, 'firmware'> {
	return firmware === undefined ? {} : {firmware};
}
