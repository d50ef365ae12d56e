import {test} from 'uvu';
import * as assert from 'uvu/assert';
import {changedSince, diskFingerprint} from '../../../installer/disk/fingerprint.ts';
import {emptyContent, foundDisk} from './found-disk.ts';

const disk = foundDisk();
const agreed = diskFingerprint(disk);

test('is the same for the same disk, whoever uses it and however it is named', () => {
	assert.match(agreed, /^[0-9a-f]{64}$/);
	assert.is(diskFingerprint(foundDisk({path: '/dev/disk/by-id/x', uses: []})), agreed);
	assert.equal(changedSince(disk, agreed), []);
	assert.equal(changedSince(foundDisk({size: 1}), undefined), []);
});

for (const [title, other] of [
	['another serial', foundDisk({identity: {...disk.identity, serial: 'other'}})],
	['another size', foundDisk({size: disk.size + 512})],
	[
		'other content',
		foundDisk({
			content: {...emptyContent, signatures: [{type: 'ext4', label: 'new', uuid: undefined}]},
		}),
	],
] as const)
	test(`is another one for ${title}`, () => {
		const [refusal] = changedSince(other, agreed);
		assert.is(refusal?.code, 'other-disk');
		assert.is(refusal?.message, `${other.path} is not as it was when its plan was shown`);
	});

test.run();
