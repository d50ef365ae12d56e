import type {InstallOptions} from '../install-options.ts';
import type {CarriedKind} from '../takeover/carry/carried.ts';
import type {Replace} from './target-refusals.ts';

/** What a person asks for. */
export interface MountedOptions
	extends Pick<
		InstallOptions,
		'targetImage' | 'configKernelArguments' | 'kernelArguments' | 'answers' | 'dryRun' | 'signal'
	> {
	/** Where the root's file system is mounted. */
	readonly root: string;
	readonly replace: Replace;
	/** Leave to install into the file system of the system that runs here. */
	readonly isOwnRootFine: boolean;
	/** `UUID=…` of the root and of the boot partition; otherwise what is found. */
	readonly rootMountSpec: string | undefined;
	readonly bootMountSpec: string | undefined;
	/** What comes along from a system that is there, and stays until it is removed; undefined for none. */
	readonly takeover: ReadonlySet<CarriedKind> | undefined;
}
