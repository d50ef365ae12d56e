import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ovfDescriptor} from '../../../../installer/output/formats/ovf.ts';

const test = suite('descriptor of a machine');
const disk = {file: 'my.vmdk', size: 12345};

function valuesOf(descriptor: string, key: string): string[] {
	return [...descriptor.matchAll(new RegExp(`<(rasd|vssd):${key}>(.*?)<`, 'g'))].map(
		([, , value = '']) => value,
	);
}

test('has processors, memory, controller, disk and network, in this order', () => {
	const descriptor = ovfDescriptor({name: 'my', size: 2 ** 30, firmware: 'uefi'}, disk);
	assert.equal(valuesOf(descriptor, 'ResourceType'), ['3', '4', '6', '17', '10']);
	assert.equal(valuesOf(descriptor, 'ResourceSubType'), ['VirtualSCSI', 'VmxNet3']);
	assert.match(descriptor, 'ovf:href="my.vmdk" ovf:size="12345"');
	assert.match(descriptor, 'ovf:capacity="1073741824"');
});

test('says which firmware starts the disk', () => {
	const firmwareOf = (firmware: 'uefi' | 'bios') =>
		ovfDescriptor({name: 'my', size: 1, firmware}, disk).match(/"firmware" vmw:value="(.*)"/)?.[1];
	assert.equal([firmwareOf('uefi'), firmwareOf('bios')], ['efi', 'bios']);
});

test('keeps a name from being XML', () => {
	const descriptor = ovfDescriptor({name: 'a"<b>&', size: 1, firmware: 'uefi'}, disk);
	assert.match(descriptor, '<Name>a&quot;&lt;b&gt;&amp;</Name>');
});

test.run();
