import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {vmdkDescriptor} from '../../../../installer/output/formats/vmdk-descriptor.ts';

const test = suite('descriptor of a VMDK');
const GiB = 2 ** 30;

test('tells size, content and geometry', () => {
	assert.is(
		vmdkDescriptor({size: 10 * GiB, seed: 'a seed'}, 'disk.vmdk'),
		`# Disk DescriptorFile
version=1
encoding="UTF-8"
CID=34dbb918
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RW 20971520 SPARSE "disk.vmdk"

# The Disk Data Base
#DDB

ddb.virtualHWVersion = "4"
ddb.geometry.cylinders = "1305"
ddb.geometry.heads = "255"
ddb.geometry.sectors = "63"
ddb.adapterType = "lsilogic"
`,
	);
});

function geometryOf(size: number): string[] {
	return vmdkDescriptor({size, seed: ''}, '').match(/(?<=geometry.*")\d+/g) ?? [];
}

test('has the geometry of VMware for small disks and for large ones', () => {
	assert.equal(geometryOf(2 ** 20), ['1', '64', '32']);
	assert.equal(geometryOf(GiB), ['512', '128', '32']);
	assert.equal(geometryOf(2 * GiB), ['261', '255', '63']);
	assert.equal(geometryOf(2000 * GiB), ['65535', '255', '63']);
});

test.run();
