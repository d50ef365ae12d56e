import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {GiB} from '../../../installer/disk/size.ts';
import {planGrowth} from '../../../installer/grow/growth-plan.ts';
import {describeGrowth, formatGrowth} from '../../../ui/cli/growth.ts';
import {sampleRoot} from '../../installer/grow/sample-root.ts';

const test = suite('text of a growth');

const growing = planGrowth(sampleRoot({disk: {size: 20 * GiB}}));
const done = planGrowth(sampleRoot());

test('says what grew, what would, and that nothing does', () => {
	assert.equal(
		[
			formatGrowth(growing, {dryRun: false}),
			formatGrowth(growing, {dryRun: true}),
			formatGrowth(done, {dryRun: false}),
		],
		[
			['grew the root on /dev/vda2 (ext4) from 1.0 GiB to 20 GiB'],
			['would grow the root on /dev/vda2 (ext4) from 1.0 GiB to 20 GiB'],
			['nothing to grow: the root has all of /dev/vda'],
		],
	);
});

test('says it to programs', () => {
	assert.equal(describeGrowth(growing), {
		disk: '/dev/vda',
		partition: '/dev/vda2',
		fileSystem: 'ext4',
		from: 1073741824,
		to: 21205352448,
		grown: true,
	});
});

test.run();
