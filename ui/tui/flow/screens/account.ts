import {parsePublicKey} from '../../../../installer/answers/public-key.ts';
import {draftKeys, hasPassword} from '../draft.ts';
import {doubtful, type Field, plain, quiet, screenView} from '../view.ts';
import type {Screen} from './screen.ts';

/** Who can log in. */
export const account: Screen = {
	view({draft, machine}) {
		const keys = draftKeys(draft);
		const text = (
			id: 'userName' | 'fullName' | 'keySource',
			label: string,
			help?: string,
		): Field => ({
			kind: 'text',
			id,
			label,
			value: draft[id],
			...(help !== undefined && {help}),
		});
		const secret = (id: 'password' | 'passwordAgain', label: string): Field => ({
			kind: 'secret',
			id,
			label,
			value: draft[id],
		});
		return screenView({
			name: 'account',
			title: 'Account',
			fields: [
				text('userName', 'User name'),
				text('fullName', 'Full name'),
				secret('password', 'Password'),
				secret('passwordAgain', 'Once more'),
				text(
					'keySource',
					'SSH key',
					'Paste a public key, or give a file or an address (https://...).',
				),
				{kind: 'button', id: 'add-keys', label: 'Add the key'},
				...(keys.length === 0
					? []
					: [{kind: 'button', id: 'drop-keys', label: 'Forget all keys'} as const]),
				{
					kind: 'choice',
					id: 'sudo',
					label: 'Administrator',
					value: draft.sudo,
					options: [
						{value: 'password', label: 'yes, by password', refusal: machine?.withoutSudo},
						{value: 'nopasswd', label: 'yes, without being asked', refusal: machine?.withoutSudo},
						{value: 'none', label: 'no'},
					],
				},
			],
			notes: [
				...keys.map((key) => plain(`Key: ${describeKey(key)}`)),
				...(draft.passwordHash === ''
					? []
					: [plain('A password was found, as a hash; one that is typed here replaces it.')]),
				draft.userName === ''
					? doubtful('Without a user nobody can log in, unless the image has one.')
					: quiet('root cannot log in.'),
			],
		});
	},
	problem({draft, machine}) {
		const {userName, password, passwordAgain} = draft;
		const keys = draftKeys(draft);
		if (draft.keySource !== '') return 'Add the key, or clear the field.';
		if (userName === '')
			return password !== '' || keys.length > 0 ? 'Give the user a name.' : undefined;
		if (!/^[a-z_][a-z0-9_-]{0,30}$/.test(userName))
			return 'A user name has small letters, digits, - and _, and begins with a letter.';
		if (userName === 'root') return 'root is there already; name another user.';
		if (password !== passwordAgain) return 'The two passwords differ.';
		if (!hasPassword(draft) && keys.length === 0) return 'Give a password or a key.';
		if (draft.sudo !== 'none' && machine?.withoutSudo !== undefined)
			return `Administrator: ${machine.withoutSudo}.`;
		return draft.sudo === 'password' && !hasPassword(draft)
			? 'An administrator who is asked for a password needs one.'
			: undefined;
	},
};

/** Type and comment; all keys of a type begin alike, so of the key itself the end. */
function describeKey(line: string): string {
	const {type = '', blob = '', comment = '', options} = parsePublicKey(line) ?? {};
	const limits = options ? [', with options'] : [];
	return [[type, `...${blob.slice(-12)}`, comment].filter(Boolean).join(' '), ...limits].join('');
}
