import type {ByteString} from '../../engine/tree/tree.ts';

/** What a person wrote, as trees and files of accounts hold it. */
export function byteString(text: string): ByteString {
	return Buffer.from(text).toString('latin1');
}
