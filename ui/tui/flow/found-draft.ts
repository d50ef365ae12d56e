/** What a configuration says that was found, as the first answers of the questions. */
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {saidAnswers} from '../../../installer/config/unsupported-answers.ts';
import type {FoundAnswers} from '../port.ts';
import type {Draft} from './draft.ts';
import {foundNetwork} from './found-network.ts';
import {foundStorage} from './found-storage.ts';
import type {TakenPart} from './taken-part.ts';

export interface FoundDraft {
	/** What was said of what is asked. */
	readonly draft: Partial<Draft>;
	/** Keys of what else was said, which no question is about. */
	readonly leftOut: readonly string[];
}

export function foundDraft({answers, disk}: FoundAnswers): FoundDraft {
	const parts = [
		foundStorage(answers),
		foundNetwork(answers),
		foundUser(answers),
		foundSystem(answers),
		foundRegistry(answers),
		foundUpdates(answers),
	];
	const draft: Partial<Draft> = Object.assign({}, ...parts.map(({draft}) => draft));
	const {finish, arm, unattended} = noAnswers;
	const rest: Answers = Object.assign(
		{...answers, disk: undefined, finish, arm, unattended},
		...parts.map(({rest}) => rest),
	);
	return {
		draft: said({...draft, disk}),
		leftOut: [
			...(answers.disk !== undefined && disk === undefined ? ['disk'] : []),
			...saidAnswers(rest),
		],
	};
}

/** Without what was not said: that stays as it is in the draft. */
function said(draft: {readonly [Id in keyof Draft]?: string | undefined}): Partial<Draft> {
	const entries = Object.entries(draft);
	return Object.fromEntries(
		entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}

/** The first: the questions know no other, nor numbers, groups and the like. */
function foundUser({users}: Answers): TakenPart {
	const [user, ...others] = users;
	if (user === undefined) return {draft: {}, rest: {}};
	const {name, gecos = '', sshKeys, passwordHash, sudo, uid, gid, groups, shell, home} = user;
	const isWhole = (uid ?? gid ?? shell ?? home) === undefined && groups.length === 0;
	return {
		draft: {
			userName: name,
			fullName: gecos,
			keys: sshKeys.join('\n'),
			passwordHash: passwordHash?.reveal() ?? '',
			sudo,
		},
		rest: {users: isWhole ? others : users},
	};
}

function foundSystem({system}: Answers): TakenPart {
	const {hostname, locale, keymap, timeZone, ...rest} = system;
	return {
		draft: said({hostname, locale, keymap, timeZone}),
		rest: {system: {...noAnswers.system, ...rest}},
	};
}

function foundRegistry({registry}: Answers): TakenPart {
	if (registry.auth?.kind !== 'file') return {draft: {}, rest: {}};
	return {draft: {authFile: registry.auth.path}, rest: {registry: {...registry, auth: undefined}}};
}

function foundUpdates({image, updates: {mode, window}}: Answers): TakenPart {
	return {
		draft: said({target: image.target, updates: mode, window}),
		rest: {image: {...image, target: undefined}, updates: noAnswers.updates},
	};
}
