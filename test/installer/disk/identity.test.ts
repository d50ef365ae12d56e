import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseLsblk, unknownIdentity} from '../../../installer/disk/identity.ts';

const test = suite('identity of a disk');

test('is what lsblk says, without the blanks that firmware pads with', () => {
	const json = `{
   "blockdevices": [
      {
         "model": "Samsung SSD 990 PRO 1TB         ",
         "serial": "S6Z1NJ0W123456",
         "wwn": "eui.0025384b31b0c1d2",
         "tran": "nvme",
         "rm": false
      }
   ]
}`;
	assert.equal(parseLsblk(json, 9), {
		model: 'Samsung SSD 990 PRO 1TB',
		serial: 'S6Z1NJ0W123456',
		wwn: 'eui.0025384b31b0c1d2',
		transport: 'nvme',
		isRemovable: false,
		diskSequence: 9,
	});
});

test('is unknown where lsblk says nothing', () => {
	const nulls =
		'{"blockdevices": [{"model":null, "serial":"", "wwn":null, "tran":null, "rm":false}]}';
	assert.equal(parseLsblk(nulls, undefined), unknownIdentity);
	assert.equal(parseLsblk('', undefined), unknownIdentity);
	assert.equal(parseLsblk('{"blockdevices": []}', 3), {...unknownIdentity, diskSequence: 3});
});

test.run();
