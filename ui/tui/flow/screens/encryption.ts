import {type Draft, usesPassphrase, usesPin} from '../draft.ts';
import type {FlowState} from '../state.ts';
import {type ChoiceField, doubtful, type Field, plain, screenView, type TextLine} from '../view.ts';
import type {Screen} from './screen.ts';

/** File system of the root, and how it is encrypted. */
export const encryption: Screen = {
	view(state) {
		return screenView({
			name: 'encryption',
			title: 'File system and encryption',
			fields: [fileSystemChoice(state), encryptionChoice(state), ...secretFields(state.draft)],
			notes: notesOf(state),
		});
	},
	problem({draft, machine}) {
		if (draft.encryption !== 'none' && machine?.withoutEncryption !== undefined)
			return `Encryption: ${machine.withoutEncryption}.`;
		if (draft.encryption.startsWith('tpm2') && machine?.withoutTpm2 !== undefined)
			return `Encryption: ${machine.withoutTpm2}.`;
		if (usesPassphrase(draft)) {
			if (draft.passphrase === '') return 'Give a passphrase.';
			if (draft.passphrase !== draft.passphraseAgain) return 'The two passphrases differ.';
		}
		return usesPin(draft) && draft.pin === '' ? 'Give a PIN.' : undefined;
	},
};

function fileSystemChoice({machine, draft}: FlowState): ChoiceField {
	const types = machine?.fileSystems ?? ['ext4'];
	return {
		kind: 'choice',
		id: 'fileSystem',
		label: 'File system',
		value: draft.fileSystem,
		options: types.map((type, at) => ({
			value: type,
			label: at === 0 ? `${type} (what the image asks for)` : type,
		})),
	};
}

function encryptionChoice({machine, draft}: FlowState): ChoiceField {
	const always = machine?.withoutEncryption;
	const tpm2 = always ?? machine?.withoutTpm2;
	return {
		kind: 'choice',
		id: 'encryption',
		label: 'Encryption',
		value: draft.encryption,
		options: [
			{value: 'none', label: 'none'},
			{value: 'passphrase', label: 'passphrase at every boot', refusal: always},
			{value: 'tpm2', label: 'TPM2 of this machine, asks nothing', refusal: tpm2},
			{value: 'tpm2-pin', label: 'TPM2 and a PIN', refusal: tpm2},
			{value: 'tpm2-passphrase', label: 'TPM2, or a passphrase', refusal: tpm2},
		],
	};
}

function secretFields(draft: Draft): Field[] {
	const secret = (id: 'passphrase' | 'passphraseAgain' | 'pin', label: string): Field => ({
		kind: 'secret',
		id,
		label,
		value: draft[id],
	});
	return [
		...(usesPassphrase(draft)
			? [secret('passphrase', 'Passphrase'), secret('passphraseAgain', 'Once more')]
			: []),
		...(usesPin(draft) ? [secret('pin', 'PIN')] : []),
	];
}

function notesOf({draft, machine}: FlowState): TextLine[] {
	if (draft.encryption === 'none') return [];
	const notes = [plain('A recovery key is made too, and shown once at the end.')];
	if (usesPassphrase(draft)) {
		const keymap = draft.keymap || machine?.defaults.keymap || 'us';
		notes.push(plain(`At boot the keyboard will be: ${keymap}`));
	}
	if (/[^\x20-\x7e]/.test(draft.passphrase))
		notes.push(doubtful('Some keyboards cannot type all of this passphrase at boot.'));
	return notes;
}
