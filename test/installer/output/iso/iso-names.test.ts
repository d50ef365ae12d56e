import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {compareIdentifiers, isoIdentifiers} from '../../../../installer/output/iso/iso-names.ts';

const test = suite('names in ISO 9660');

const file = (name: string) => ({name, isFolder: false});
const folder = (name: string) => ({name, isFolder: true});

test('are upper case, in few characters, with a version where they are files', () => {
	const nodes = [
		...['root.erofs', 'SHA256SUMS', '.hidden', 'a.b.tar.gz', 'ä b', 'x.', '-'].map(file),
		...['EFI', 'with.dot'].map(folder),
	];
	assert.equal(isoIdentifiers(nodes), [
		...['ROOT.EROFS;1', 'SHA256SUMS.;1', '_HIDDEN.;1', 'A_B_TAR.GZ;1', '__B.;1', 'X.;1'],
		...['_.;1', 'EFI', 'WITH_DOT'],
	]);
});

test('are each there once, however long and alike the real ones are', () => {
	const long = 'n'.repeat(255);
	const names = [`${long}.conf`, `${long}x.conf`, 'a', 'A', 'b-c', 'b+c', 'b_c', 'b_c1'];
	assert.equal(isoIdentifiers(names.map(file)), [
		`${'N'.repeat(26)}.CONF;1`,
		`${'N'.repeat(25)}1.CONF;1`,
		...['A.;1', 'A1.;1', 'B_C.;1', 'B_C1.;1', 'B_C2.;1', 'B_C11.;1'],
	]);
	assert.equal(isoIdentifiers([folder('a'), file('a')]), ['A', 'A1.;1']);
});

test('are sorted by name and then by extension, as if blanks followed', () => {
	const sorted = ['A.;1', 'A.B;1', 'A0.;1', 'A0.A;1', 'AB', 'AB_', 'B.A;1', '_.;1'];
	assert.equal(sorted.toReversed().sort(compareIdentifiers), sorted);
});

test.run();
