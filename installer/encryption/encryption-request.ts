/**
 * What the root of a disk image has in front of its file system, which the machine encrypts when it starts for
 * the first time: room for a LUKS2 header, empty but for a request at its end. It is read in the initramfs, by
 * image/root/usr/lib/slipway/slipway-encrypt, which says more.
 */
import {keySize} from './cryptsetup.ts';
import {type EncryptionPlan, luksHeaderSize} from './encryption-plan.ts';

/** Where it begins, in bytes from the start of the partition; the rest up to the file system is for it. */
export const requestOffset = luksHeaderSize - 64 * 1024;

/** Bytes that are read of it. */
export const requestSize = 4096;

const firstWords = 'slipway-encrypt 1';

/** @throws RangeError when nothing that is made there would unlock the root */
export function encryptionRequest({
	uuid,
	cipher,
	unlockedBy,
}: Pick<EncryptionPlan, 'uuid' | 'cipher' | 'unlockedBy'>): Buffer {
	const tpm2 = unlockedBy.find(({kind}) => kind === 'tpm2');
	if (tpm2?.kind !== 'tpm2') throw new RangeError('only a TPM2 is enrolled at the first boot');
	const lines = [
		`${firstWords} ${uuid}`,
		`cipher=${cipher}`,
		`key-size=${keySize(cipher)}`,
		`pcrs=${tpm2.pcrs.join('+')}`,
		'',
	];
	const request = Buffer.alloc(requestSize);
	request.write(lines.join('\n'));
	return request;
}

/** @param bytes what is at {@link requestOffset} */
export function isEncryptionRequest(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, firstWords.length) === firstWords;
}
