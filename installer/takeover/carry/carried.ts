/** What of the system before comes along into the new one. */
import {UsageError} from '../../../engine/errors.ts';
import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import {nearestWord} from '../../../engine/suggestion.ts';
import type {
	FileAnswer,
	GroupAnswers,
	InterfaceAnswers,
	LoginAnswers,
	UserAnswers,
} from '../../answers/answers.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import type {FolderMount} from '../../mounted/folder-mounts.ts';

/** In the order in which they are told. */
export const carriedKinds = [
	'hostname',
	'machine-id',
	'network',
	'ssh-host-keys',
	'root-login',
	'users',
	'homes',
	'mounts',
] as const;
export type CarriedKind = (typeof carriedKinds)[number];

export const homesFolder = '/home';

/** One kind of state, found in the system before. */
export interface CarriedState {
	readonly kind: CarriedKind;
	/** What of it comes along, for people; nothing secret. */
	readonly taken: readonly string[];
	/** What does not, each with the reason. */
	readonly left: readonly string[];
	readonly answers: CarriedAnswers;
}

/** A home that both systems have. */
export interface CarriedHome {
	readonly path: string;
	/** Of its owner. */
	readonly uid: number;
	/** Those that open it, as lines of authorized_keys. */
	readonly sshKeys: readonly string[];
	/** Whether the system before gives files SELinux labels. */
	readonly isLabelled: boolean;
}

/** The same as an installation is told it; see Answers. */
export interface CarriedAnswers {
	readonly hostname?: string;
	readonly root?: LoginAnswers;
	readonly users?: readonly UserAnswers[];
	readonly groups?: readonly GroupAnswers[];
	readonly interfaces?: readonly InterfaceAnswers[];
	readonly files?: readonly FileAnswer[];
	readonly kernelArguments?: readonly string[];
	/** Lines for /etc/fstab. */
	readonly fstab?: readonly string[];
	/** Mounted before the system starts. */
	readonly mounts?: readonly FolderMount[];
	/** Paths below which that shows what the system before has, and nothing that an installation puts there. */
	readonly covers?: readonly string[];
	/** The homes in them. */
	readonly homes?: readonly CarriedHome[];
	/** By which people become root in the system before. */
	readonly waysToRoot?: readonly string[];
	/** Names in the root of the system before that stay when it is removed. */
	readonly keeps?: readonly string[];
}

/** Where state is looked for, and what decides what of it can be used. */
export interface CarrySource {
	readonly old: ImageRoot;
	readonly image: ImageTree;
	/** Paths in the system before that something is mounted on. */
	readonly mountPoints: ReadonlySet<string>;
	readonly kinds: ReadonlySet<CarriedKind>;
}

/**
 * The kinds that a person wants: all, those named by `--keep`, without those named by `--skip`.
 * @throws UsageError for a word that is none
 */
export function chosenKinds(
	keep: readonly string[],
	skip: readonly string[],
): ReadonlySet<CarriedKind> {
	const kept = keep.length === 0 ? carriedKinds : kindsOf(keep, '--keep');
	const skipped = kindsOf(skip, '--skip');
	return new Set(carriedKinds.filter((kind) => kept.includes(kind) && !skipped.includes(kind)));
}

function kindsOf(values: readonly string[], option: string): CarriedKind[] {
	return values
		.flatMap((value) => value.split(','))
		.map((word) => {
			const found = carriedKinds.find((kind) => kind === word);
			if (found !== undefined) return found;
			const nearest = nearestWord(word, carriedKinds);
			throw new UsageError(`${option} cannot be ${JSON.stringify(word)}`, {
				hint: nearest ? `Did you mean ${nearest}?` : `It is one of: ${carriedKinds.join(', ')}`,
			});
		});
}
