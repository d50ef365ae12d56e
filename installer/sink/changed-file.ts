import {OperationFailed} from '../../engine/errors.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString} from '../../engine/tree/tree.ts';

export function changedFile(name: ByteString): OperationFailed {
	return new OperationFailed(
		'changed-file',
		`the content of ${printable(name)} is not what it was when it was hashed`,
		{hint: 'Something changes the files that are being read; stop it and try again.'},
	);
}
