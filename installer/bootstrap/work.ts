import type {ContentSource, SecretSource} from '../answers/answers.ts';
import type {Secret} from '../answers/secret.ts';
import type {ImageTree} from './image-tree.ts';
import type {MachineFiles} from './machine-files.ts';
import type {Problems} from './problems.ts';

/** One thing that an installation adds to its image, for people. Never has anything of a secret in it. */
export interface BootstrapItem {
	readonly what: string;
	/** Path in the running system. */
	readonly place: string;
	readonly secret: boolean;
}

/** What those have in hand who make answers to files. */
export interface BootstrapWork {
	readonly image: ImageTree;
	readonly files: MachineFiles;
	readonly problems: Problems;
	readonly now: Date;
	contentOf(source: ContentSource | SecretSource): Secret;
	note(what: string, place: string, options?: {readonly secret: boolean}): void;
}
