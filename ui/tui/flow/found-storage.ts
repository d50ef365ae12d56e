import type {Answers, EncryptionAnswers} from '../../../installer/answers/answers.ts';
import type {Draft} from './draft.ts';
import type {TakenPart} from './taken-part.ts';

/** How much of the disk, its file system, and how it is encrypted. */
export function foundStorage({storage}: Answers): TakenPart {
	const {layout, replace, fileSystem, encryption, swap} = storage;
	const place = layout === 'partition' ? placeOf(replace) : undefined;
	const isPlaced = layout !== 'partition' || place !== undefined;
	return {
		draft: {
			...(layout !== undefined && isPlaced && {layout}),
			...(place !== undefined && {replace: place}),
			...(fileSystem !== undefined && {fileSystem}),
			...(encryption !== undefined && encryptionDraft(encryption)),
		},
		rest: {
			storage: {
				...storage,
				...(isPlaced && {layout: undefined, replace: place === undefined ? replace : []}),
				wipe: undefined,
				fileSystem: undefined,
				// No question makes any.
				swap: swap === 'none' ? undefined : swap,
				encryption: encryption !== undefined && isAsked(encryption) ? undefined : encryption,
			},
		},
	};
}

/** The one partition that makes room, by its number alone. */
function placeOf([first, ...others]: Answers['storage']['replace']): string | undefined {
	if (first?.number === undefined || others.length > 0) return undefined;
	return Object.keys(first).length === 1 ? String(first.number) : undefined;
}

/** Passphrases that lie elsewhere are to be typed. */
function encryptionDraft({passphrase, tpm2}: EncryptionAnswers): Partial<Draft> {
	const typed = passphrase?.kind === 'inline' ? passphrase.secret.reveal() : '';
	const pin = tpm2?.pin?.kind === 'inline' ? tpm2.pin.secret.reveal() : '';
	return {
		encryption: wayOf({passphrase, tpm2}),
		passphrase: typed,
		passphraseAgain: typed,
		pin,
	};
}

function wayOf({passphrase, tpm2}: Pick<EncryptionAnswers, 'passphrase' | 'tpm2'>): string {
	if (tpm2 === undefined) return 'passphrase';
	if (passphrase !== undefined) return 'tpm2-passphrase';
	return tpm2.pin === undefined ? 'tpm2' : 'tpm2-pin';
}

/** Whether the questions can say all of it. */
function isAsked({passphrase, tpm2, ...others}: EncryptionAnswers): boolean {
	const {recoveryKeyPath, recoveryKeyShown, cipher, keyDerivation} = others;
	if ((recoveryKeyPath ?? recoveryKeyShown ?? cipher ?? keyDerivation) !== undefined) return false;
	if (passphrase !== undefined && tpm2?.pin !== undefined) return false;
	return tpm2 === undefined || (tpm2.pcrs.length === 1 && tpm2.pcrs[0] === 7);
}
